import { runDirectory } from "./run-directory.ts";

/** Where a lane's chat takes up hellos on media that ask for no name that passes. */
export function ownSocket(lane: number): string {
  return `${runDirectory}/lanes/${lane}.own`;
}

/**
 * The rules by which media passes on only hellos for these names. The whole hello is waited for; it
 * goes on untouched. What is no hello at all is turned away at its first byte.
 */
export function nameRules(lane: number, names: readonly string[]): readonly string[] {
  const isUnder = (name: string) => name.startsWith("*.");
  const under = names.filter(isUnder).map((name) => name.slice(1));
  const exact = names.filter((name) => !isUnder(name));
  const tests = [
    ...(exact.length > 0 ? [`!{ req.ssl_sni -m str -i ${exact.join(" ")} }`] : []),
    ...(under.length > 0 ? [`!{ req.ssl_sni -m end -i ${under.join(" ")} }`] : []),
  ];
  return [
    "    tcp-request content reject if { req.len gt 0 } !{ req.payload(0,1) -m bin 16 }",
    "    tcp-request content accept if { req.ssl_hello_type 1 }",
    "    tcp-request content reject",
    `    use_backend ${ownBackend(lane)} if ${tests.join(" ")}`,
  ];
}

/** The backend that leads to the lane's own certificate and page. */
export function renderOwn(lane: number): string {
  return [`backend ${ownBackend(lane)}`, `    server chat unix@${ownSocket(lane)}`].join("\n");
}

function ownBackend(lane: number): string {
  return `own-${lane}`;
}
