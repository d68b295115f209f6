import {
  type Ip,
  AddressFormatError,
  contains,
  formatIp,
  parseIp,
  parseRange,
} from "../values/ip.ts";

/** A network into which a pod leads nobody: whoever reaches an address reaches what is behind it. */
interface ClosedNetwork {
  readonly cidr: string;
  /** What it is, as "is …" ends. */
  readonly what: string;
}

/** IANA's special-purpose registries, and what clouds answer on in each of their machines. */
const closedIpv4: readonly ClosedNetwork[] = [
  { cidr: "0.0.0.0/8", what: "no address of a server" },
  { cidr: "10.0.0.0/8", what: "in a private network" },
  { cidr: "100.64.0.0/10", what: "in a network of the provider" },
  { cidr: "127.0.0.0/8", what: "the pod itself" },
  { cidr: "168.63.129.16/32", what: "Azure's own service for its machines" },
  {
    cidr: "169.254.0.0/16",
    what: "link-local, where clouds answer with secrets of their machines",
  },
  { cidr: "172.16.0.0/12", what: "in a private network" },
  { cidr: "192.0.0.0/24", what: "reserved for a network's own services" },
  { cidr: "192.168.0.0/16", what: "in a private network" },
  { cidr: "198.18.0.0/15", what: "in a private network" },
  { cidr: "224.0.0.0/3", what: "no address of a server" },
];

const closedIpv6: readonly ClosedNetwork[] = [
  { cidr: "::/127", what: "the pod itself" },
  { cidr: "64:ff9b:1::/48", what: "a translation into a private network" },
  { cidr: "2002::/16", what: "a translation that may lead into a private network" },
  { cidr: "fc00::/7", what: "in a private network" },
  { cidr: "fe80::/10", what: "link-local" },
  { cidr: "fec0::/10", what: "in a private network" },
  { cidr: "ff00::/8", what: "no address of a server" },
];

/** Where clusters with IPv6 only reach IPv4 (RFC 6052): the last four bytes are the address. */
const translated = "64:ff9b::";

function translation({ cidr, what }: ClosedNetwork): ClosedNetwork {
  const [base = "", length = ""] = cidr.split("/");
  const start = formatIp({
    family: 6,
    value: parseIp(translated).value + parseIp(base).value,
  });
  return { cidr: `${start}/${96 + Number(length)}`, what };
}

const closed = [...closedIpv4, ...closedIpv6, ...closedIpv4.map(translation)].map((network) => ({
  ...network,
  range: parseRange(network.cidr),
}));

/** The networks that are no upstreams, unless an installation opens some of them (CIDRs). */
export const closedNetworks: readonly string[] = closed.map(({ cidr }) => cidr);

/**
 * What an address is that is no upstream, as "is …" ends; undefined for any other.
 * @param opened networks (CIDRs) that the installation has opened. Text that is no address is fine:
 * pods look at what a name leads to.
 */
export function whyClosed(text: string, opened: readonly string[]): string | undefined {
  const address = plainIp(text);
  if (address === undefined || contains(opened.map(parseRange), address)) return undefined;
  return closed.find(({ range }) => contains([range], address))?.what;
}

/** What an address is written with. Names, which most servers have, are not even tried. */
const addressLike = /^[\d.]+$|:/;

/** An IPv4 address in IPv6 notation (::ffff:…) is that IPv4 address. */
function plainIp(text: string): Ip | undefined {
  if (!addressLike.test(text)) return undefined;
  try {
    const ip = parseIp(text);
    const isMapped = ip.family === 6 && ip.value >> 32n === 0xffffn;
    return isMapped ? { family: 4, value: ip.value & 0xffff_ffffn } : ip;
  } catch (error) {
    if (error instanceof AddressFormatError) return undefined;
    throw error;
  }
}

/** The host of "host:port", an IPv6 address without its brackets. */
export function hostOfServer(server: string): string {
  return server.slice(0, server.lastIndexOf(":")).replace(/^\[(.*)\]$/, "$1");
}
