// probe: the agent that a volunteer runs inside a country. It asks the operator which addresses to
// test, tests them one by one, and sends back how each test ended. This file is the one line that
// configures it.

import { isIPv4 } from "node:net";
import { crc32 } from "node:zlib";
import { ProxyfleetError } from "../values/errors.ts";
import { decodeBase32, encodeBase32 } from "./base32.ts";
import { type Endpoint, endpointText, parseEndpoint } from "./endpoint.ts";

/** How the agent knows that it talks to the operator. */
export type Trust =
  /**
   * By a public key, whatever the name and the dates: of the server's certificate, or of an
   * authority of the operator's own that signed it. SHA-256 of the key as SubjectPublicKeyInfo
   * (RFC 7469 §2.4), in lower-case hex.
   */
  | { readonly kind: "Key"; readonly sha256: string }
  /** As a browser does: a certificate for that name, by an authority that everybody trusts. */
  | { readonly kind: "PublicAuthorities" };

/** All that an agent needs to start with. It is a secret: anyone who has it can send results. */
export interface ProbeLine {
  /** 32 letters and digits: `tokenLength` bytes in base32. */
  readonly token: string;
  readonly trust: Trust;
  /** Where the operator is, in the order in which they are tried. One to eight. */
  readonly endpoints: readonly Endpoint[];
}

/** A probe line can't be read or made. The message has nothing of the line in it. */
export class ProbeLineError extends ProxyfleetError {}

/** Bytes of a token: it is random, so nobody guesses 160 bits. */
export const tokenLength = 20;
export const mostEndpoints = 8;
const keyLength = 32;
const checksumLength = 4;
const prefix = "PF1:";
/** First byte of an endpoint: 4 or 16 for an address of so many bytes, else a name's length + this. */
const nameOffset = 32;
const longestName = 255 - nameOffset;

/** Whether a text is a token as a line has it: `proxyfleet probe invite` makes them. */
export function isProbeToken(text: string): boolean {
  return decodeBase32(text)?.length === tokenLength;
}

/**
 * Writes the line. It has capitals, digits and one colon: safe in every shell, whole when a
 * messenger has had it, and small as a QR code.
 * @throws ProbeLineError if a part does not fit
 */
export function formatProbeLine({ token, trust, endpoints }: ProbeLine): string {
  const secret = decodeBase32(token);
  if (secret?.length !== tokenLength)
    throw new ProbeLineError("the token is not one of ours: make one with proxyfleet probe invite");
  if (endpoints.length < 1 || endpoints.length > mostEndpoints)
    throw new ProbeLineError(`a probe line has 1 to ${mostEndpoints} addresses of the operator`);
  const key = trust.kind === "Key" ? Buffer.from(trust.sha256, "hex") : Buffer.alloc(0);
  const body = Buffer.concat([
    secret,
    Buffer.from([key.length]),
    key,
    ...endpoints.map(endpointBytes),
  ]);
  return prefix + encodeBase32(Buffer.concat([body, checksum(body)]));
}

/**
 * Reads the line, however it was pasted: small letters, spaces and line breaks don't matter.
 * @throws ProbeLineError saying what is wrong with it
 */
export function parseProbeLine(text: string): ProbeLine {
  const line = text.replaceAll(/\s/g, "").toUpperCase();
  if (/^PF\d+:/.test(line) && !line.startsWith(prefix))
    throw new ProbeLineError("this probe line is for a newer version: update proxyfleet");
  if (!line.startsWith(prefix))
    throw new ProbeLineError(`this is no probe line: it must begin with ${prefix}`);
  const bytes = decodeBase32(line.slice(prefix.length));
  const body = bytes?.subarray(0, -checksumLength);
  if (body === undefined || !checksum(body).equals(bytes?.subarray(-checksumLength) ?? body))
    throw new ProbeLineError(
      "the probe line is not whole, or a letter is wrong: copy all of it again, or scan the code",
    );
  return readBody(new Cursor(body));
}

function readBody(cursor: Cursor): ProbeLine {
  const token = encodeBase32(cursor.take(tokenLength));
  const key = cursor.take(cursor.byte());
  if (key.length !== 0 && key.length !== keyLength) throw malformed();
  const endpoints: Endpoint[] = [];
  while (!cursor.atEnd()) endpoints.push(readEndpoint(cursor));
  if (endpoints.length < 1 || endpoints.length > mostEndpoints) throw malformed();
  const trust: Trust =
    key.length === 0 ? { kind: "PublicAuthorities" } : { kind: "Key", sha256: key.toString("hex") };
  return { token, trust, endpoints };
}

function endpointBytes({ host, port }: Endpoint): Buffer {
  const address = addressBytes(host);
  const name = Buffer.from(address === undefined ? host : "");
  if (name.length > longestName)
    throw new ProbeLineError(`a name in a probe line has at most ${longestName} letters`);
  const body = address ?? name;
  const head = address === undefined ? name.length + nameOffset : address.length;
  return Buffer.concat([Buffer.from([head]), body, Buffer.from([port >> 8, port & 0xff])]);
}

function readEndpoint(cursor: Cursor): Endpoint {
  const head = cursor.byte();
  const isAddress = head === 4 || head === 16;
  if (!isAddress && head <= nameOffset) throw malformed();
  const host = cursor.take(isAddress ? head : head - nameOffset);
  const port = cursor.byte() * 256 + cursor.byte();
  const endpoint = { host: isAddress ? addressText(host) : host.toString("latin1"), port };
  const read = parseEndpoint(endpointText(endpoint));
  if (read === undefined) throw malformed();
  return read;
}

/** Four or sixteen bytes; undefined for a name. */
function addressBytes(host: string): Buffer | undefined {
  if (isIPv4(host)) return Buffer.from(host.split(".").map(Number));
  if (!host.includes(":")) return undefined;
  return Buffer.from(expandIpv6(host), "hex");
}

/** The 32 hexadecimal digits of an IPv6 address in its usual short text. */
function expandIpv6(host: string): string {
  const [head = "", tail] = host.split("::");
  const groups = (part: string) => (part === "" ? [] : part.split(":"));
  const [before, after] = [groups(head), groups(tail ?? "")];
  const missing = tail === undefined ? 0 : 8 - before.length - after.length;
  const all = [...before, ...Array.from({ length: missing }, () => "0"), ...after];
  return all.map((digits) => digits.padStart(4, "0")).join("");
}

function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return [...bytes].join(".");
  return (bytes.toString("hex").match(/.{4}/g) ?? []).join(":");
}

function checksum(body: Buffer): Buffer {
  const bytes = Buffer.alloc(checksumLength);
  bytes.writeUInt32BE(crc32(body));
  return bytes;
}

function malformed(): ProbeLineError {
  return new ProbeLineError("the probe line is broken inside: ask for another one");
}

/** Takes bytes one after the other. */
class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** @throws ProbeLineError if fewer bytes are left */
  take(count: number): Buffer {
    const taken = this.#bytes.subarray(this.#at, this.#at + count);
    if (taken.length < count) throw malformed();
    this.#at += count;
    return taken;
  }

  byte(): number {
    return this.take(1).readUInt8();
  }

  atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }
}
