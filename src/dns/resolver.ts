import { isIP, isIPv6 } from "node:net";

/** Most resolvers that every name is asked for at. */
export const mostResolvers = 8;

/** The port of DNS (RFC 1035 §4.2). */
const defaultPort = 53;

/**
 * A resolver as `address:port`, an IPv6 address in brackets; undefined where the text is none. A name
 * would have to be resolved first.
 */
export function resolverText(text: string): string | undefined {
  if (isIPv6(text)) return `[${text}]:${defaultPort}`;
  const parts = /^(?:\[(?<six>[^\]]+)\]|(?<four>[\d.]+))(?::(?<port>\d{1,5}))?$/.exec(text)?.groups;
  const { six, four = "", port = String(defaultPort) } = parts ?? {};
  if (isIP(six ?? four) !== (six === undefined ? 4 : 6)) return undefined;
  if (Number(port) < 1 || Number(port) > 65_535) return undefined;
  return six === undefined ? `${four}:${Number(port)}` : `[${six}]:${Number(port)}`;
}
