import { isIPv6 } from "node:net";
import { canonicalIp } from "../values/ip.ts";

/** Where the operator takes results: an address or a name, and a port. */
export interface Endpoint {
  /** An IPv6 address has no brackets. */
  readonly host: string;
  readonly port: number;
}

/** The port that is meant where none is given. */
const defaultPort = 443;

/** `203.0.113.9:443`, `probe.example.org:443` or `[2001:db8::9]:443`. */
export function endpointText({ host, port }: Endpoint): string {
  return `${bracketed(host)}:${port}`;
}

/** A host as it stands in a URL (RFC 3986 §3.2.2). */
export function bracketed(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}

/** Reads an endpoint; without a port it is 443. Undefined where it is none. */
export function parseEndpoint(text: string): Endpoint | undefined {
  if (isIPv6(text)) return { host: canonicalIp(text) ?? text, port: defaultPort };
  const parts = /^(?:\[(?<inBrackets>[^\]]+)\]|(?<plain>[^:[\]]+))(?::(?<port>\d{1,5}))?$/.exec(
    text,
  );
  const { inBrackets, plain = "", port = String(defaultPort) } = parts?.groups ?? {};
  if (Number(port) < 1 || Number(port) > 65_535) return undefined;
  const host = inBrackets === undefined ? hostOf(plain) : ipv6Of(inBrackets);
  return host === undefined ? undefined : { host, port: Number(port) };
}

function ipv6Of(text: string): string | undefined {
  return isIPv6(text) ? canonicalIp(text) : undefined;
}

/** An IPv4 address, or a name as in RFC 1123 §2.1, whose last label is no number. */
function hostOf(text: string): string | undefined {
  if (/(?:^|\.)\d+$/.test(text)) return canonicalIp(text);
  const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
  const isName = text.length <= 253 && new RegExp(`^(?:${label}\\.)*${label}$`, "i").test(text);
  return isName ? text.toLowerCase() : undefined;
}
