import { isIP } from "node:net";

/** One end of the connection that the proxy accepted. */
export interface Peer {
  readonly address: string;
  readonly port: number;
}

/**
 * What a PROXY header says. Both ends are null where the proxy speaks for itself (v2 LOCAL, v1
 * UNKNOWN): its health checks do.
 */
export interface ProxyHeader {
  readonly version: 1 | 2;
  readonly source: Peer | null;
  readonly destination: Peer | null;
}

export type HeaderReading =
  | { readonly kind: "unfinished" }
  | { readonly kind: "none" }
  | { readonly kind: "malformed"; readonly reason: string }
  | { readonly kind: "header"; readonly header: ProxyHeader; readonly length: number };

const v1Start = Buffer.from("PROXY ");
const v2Start = Buffer.from("\r\n\r\n\0\r\nQUIT\n");
const v1LongestLine = 107;

/**
 * Reads a PROXY header at the start of a connection's bytes (haproxy.org: The PROXY protocol, §2.1
 * and §2.2). "unfinished" asks for more bytes; `length` is how many bytes the header takes.
 */
export function readProxyHeader(bytes: Buffer): HeaderReading {
  if (startsAs(bytes, v1Start))
    return bytes.length < v1Start.length ? { kind: "unfinished" } : readVersion1(bytes);
  if (startsAs(bytes, v2Start))
    return bytes.length < 16 ? { kind: "unfinished" } : readVersion2(bytes);
  return { kind: "none" };
}

/**
 * Whether the bytes so far agree with the start, be they shorter or longer. No bytes agree with
 * everything.
 */
function startsAs(bytes: Buffer, start: Buffer): boolean {
  const common = Math.min(bytes.length, start.length);
  return bytes.subarray(0, common).equals(start.subarray(0, common));
}

function readVersion1(bytes: Buffer): HeaderReading {
  const end = bytes.subarray(0, v1LongestLine).indexOf("\r\n");
  if (end === -1)
    return bytes.length < v1LongestLine
      ? { kind: "unfinished" }
      : malformed("v1 without an end of line");
  const [, family, source, destination, sourcePort, destinationPort] = bytes
    .toString("latin1", 0, end)
    .split(" ");
  const found = (header: Omit<ProxyHeader, "version">): HeaderReading => ({
    kind: "header",
    header: { version: 1, ...header },
    length: end + 2,
  });
  if (family === "UNKNOWN") return found({ source: null, destination: null });
  if (family !== "TCP4" && family !== "TCP6") return malformed("v1 with an unknown family");
  const ends = {
    source: peer(source, sourcePort),
    destination: peer(destination, destinationPort),
  };
  return ends.source === null || ends.destination === null
    ? malformed("v1 with a bad address or port")
    : found(ends);
}

function peer(address = "", port = ""): Peer | null {
  return isIP(address) !== 0 && /^[0-9]{1,5}$/.test(port) ? { address, port: Number(port) } : null;
}

/** How many bytes an address of a family takes; undefined where it is not TCP over IP. */
function addressWidth(family: number): number | undefined {
  if (family === 0x11) return 4;
  return family === 0x21 ? 16 : undefined;
}

function readVersion2(bytes: Buffer): HeaderReading {
  const [command, family] = [bytes.readUInt8(12), bytes.readUInt8(13)];
  const length = 16 + bytes.readUInt16BE(14);
  if (bytes.length < length) return { kind: "unfinished" };
  const found = (header: Omit<ProxyHeader, "version">): HeaderReading => ({
    kind: "header",
    header: { version: 2, ...header },
    length,
  });
  if (command === 0x20) return found({ source: null, destination: null });
  if (command !== 0x21) return malformed("v2 with an unknown command");
  const width = addressWidth(family);
  if (width === undefined) return malformed("v2 with a family that is not TCP over IP");
  const addresses = bytes.subarray(16, length);
  if (addresses.length < 2 * width + 4) return malformed("v2 with addresses missing");
  return found({
    source: {
      address: printAddress(addresses.subarray(0, width)),
      port: addresses.readUInt16BE(2 * width),
    },
    destination: {
      address: printAddress(addresses.subarray(width, 2 * width)),
      port: addresses.readUInt16BE(2 * width + 2),
    },
  });
}

function malformed(reason: string): HeaderReading {
  return { kind: "malformed", reason };
}

/**
 * Dotted decimals for four bytes; for sixteen, eight groups in hexadecimal, written out in full.
 */
function printAddress(bytes: Buffer): string {
  if (bytes.length === 4) return [...bytes].join(".");
  return (bytes.toString("hex").match(/.{4}/g) ?? []).join(":");
}
