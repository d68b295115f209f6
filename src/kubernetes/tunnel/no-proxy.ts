import { type Ip, type IpRange, contains, parseIp, parseRange } from "../../values/ip.ts";

/** What one entry of NO_PROXY is held against. */
interface Host {
  readonly name: string;
  readonly port: string;
  readonly ip: Ip | undefined;
}

/**
 * Whether a server is reached without the environment's proxy, as Go's programs read NO_PROXY: names
 * with all below them, `.names` without the name itself, addresses, ranges (10.0.0.0/8) and `*`; names
 * and addresses also with a port. This machine itself always is.
 */
export function isExempt(server: URL, noProxy: string): boolean {
  const name = server.hostname.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  const port = server.port === "" ? defaultPorts[server.protocol] : server.port;
  const host = { name, port: port ?? "", ip: address(name) };
  if (name === "localhost" || (host.ip !== undefined && contains(loopback, host.ip))) return true;
  const entries = noProxy
    .toLowerCase()
    .split(",")
    .map((entry) => entry.trim());
  return entries.some((entry) => entry !== "" && exempts(entry, host));
}

const defaultPorts: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };
const loopback = ["127.0.0.0/8", "::1"].map(parseRange);

function exempts(entry: string, { name, port, ip }: Host): boolean {
  if (entry === "*") return true;
  const block = entry.includes("/") ? range(entry) : undefined;
  if (block !== undefined) return ip !== undefined && contains([block], ip);
  const [host, onlyPort] = split(entry);
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const own = address(host);
  if (own !== undefined) return ip?.family === own.family && ip.value === own.value;
  const domain = host.startsWith("*.") ? host.slice(1) : host;
  if (ip !== undefined || domain === "") return false;
  return domain.startsWith(".")
    ? name.endsWith(domain)
    : name === domain || name.endsWith(`.${domain}`);
}

/** `host`, `host:port`, an IPv6 address or `[IPv6]:port`. */
function split(entry: string): readonly [host: string, port: string | undefined] {
  const [, bracketed, itsPort] = /^\[([^\]]*)\]:(\d+)$/.exec(entry) ?? [];
  if (bracketed !== undefined) return [bracketed, itsPort];
  const [host = "", port, ...more] = entry.split(":");
  return more.length > 0 ? [entry, undefined] : [host, port === "" ? undefined : port];
}

function address(text: string): Ip | undefined {
  try {
    return parseIp(text);
  } catch {
    return undefined;
  }
}

function range(text: string): IpRange | undefined {
  try {
    return parseRange(text);
  } catch {
    return undefined;
  }
}
