import type { Page, PageAnswer } from "../looks/page.ts";

/** The backend that answers HTTP on a lane's chat port. */
export function decoyBackend(lane: number): string {
  return `decoy-${lane}`;
}

/**
 * The rules by which chat tells a phone from who speaks something else. WhatsApp's clients begin with
 * `WA` or `ED`. What begins with another capital letter is HTTP or a text protocol like it, and 0x16 a
 * TLS handshake inside the first: a web server's to answer. All else goes to WhatsApp, as nobody
 * knows how the phones of next year begin.
 *
 * The first byte is enough to send somebody to the page, which then waits for the rest of a request
 * as a web server does. Only after W or E the second one is waited for.
 */
export function decoyRules(lane: number): readonly string[] {
  const first = "req.payload(0,1) -m str";
  return [
    `    tcp-request content accept if { req.len gt 0 } !{ ${first} W E }`,
    "    tcp-request content accept if { req.len ge 2 }",
    "    tcp-request content accept if { req.len gt 0 }",
    "    tcp-request content reject",
    `    use_backend ${decoyBackend(lane)} if { ${first} ${otherCapitals} }`,
    `    use_backend ${decoyBackend(lane)} if { ${first} W E } !{ req.payload(0,2) -m str WA ED }`,
    `    use_backend ${decoyBackend(lane)} if { req.payload(0,1) -m bin 16 0a 0d }`,
  ];
}

const otherCapitals = "A B C D F G H I J K L M N O P Q R S T U V X Y Z";

/**
 * The backend itself: a page, and no server. A connection is for one request: between two of them
 * there is no session that could be ended, and whoever goes on asking would keep a lane from closing.
 */
export function renderDecoy(lane: number, { answers }: Page): string {
  return [
    `backend ${decoyBackend(lane)}`,
    "    mode http",
    "    option httpclose",
    ...answers.map(returned),
  ].join("\n");
}

function returned({ to, status, fields, body }: PageAnswer): string {
  const content =
    body === undefined ? "" : ` content-type ${quoted(body.type)} string ${quoted(body.text)}`;
  const named = fields.map(([name, value]) => ` hdr ${name} ${quoted(value)}`).join("");
  return `    http-request return status ${status}${content}${named}${condition(to)}`;
}

function condition(to: PageAnswer["to"]): string {
  if (to === undefined) return "";
  return "paths" in to
    ? ` if { path ${to.paths.join(" ")} }`
    : ` unless { method ${to.otherMethodsThan.join(" ")} }`;
}

/** A text between double quotes, in which HAProxy reads `\`, `"` and `$` (configuration §2.2). */
function quoted(text: string): string {
  const escaped = text.replaceAll(/[\\"$]/g, String.raw`\$&`).replaceAll("\n", String.raw`\n`);
  return `"${escaped}"`;
}
