import { randomBytes } from "node:crypto";

/** What a ClientHello offers (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2). */
export interface HelloShape {
  readonly version: number;
  readonly ciphers: readonly number[];
  readonly serverName?: string;
  readonly protocols?: readonly string[];
  /** Offers TLS 1.3 with a key share of this group. */
  readonly tls13?: "X25519" | "no share";
  readonly groups?: readonly number[];
}

const extension = {
  serverName: 0,
  groups: 10,
  formats: 11,
  signatures: 13,
  protocols: 16,
  versions: 43,
  share: 51,
};
const x25519 = 0x001d;
const p256 = 0x0017;

/** The bytes of a TLS record that holds such a hello. */
export function clientHello(shape: HelloShape): Buffer {
  const { serverName, protocols, tls13, groups = [x25519, p256] } = shape;
  const extensions = [
    ...(serverName === undefined
      ? []
      : [
          [
            extension.serverName,
            nested(Buffer.concat([Buffer.from([0]), sized(Buffer.from(serverName))])),
          ] as const,
        ]),
    [extension.groups, nested(words(groups))] as const,
    [extension.formats, Buffer.from([1, 0])] as const,
    [
      extension.signatures,
      nested(words([0x0403, 0x0503, 0x0804, 0x0805, 0x0401, 0x0501, 0x0203, 0x0201])),
    ] as const,
    ...(protocols === undefined
      ? []
      : [
          [
            extension.protocols,
            nested(
              Buffer.concat(
                protocols.map((name) =>
                  Buffer.concat([Buffer.from([name.length]), Buffer.from(name)]),
                ),
              ),
            ),
          ] as const,
        ]),
    ...(tls13 === undefined
      ? []
      : [
          [extension.versions, Buffer.from([4, 3, 4, 3, 3])] as const,
          [
            extension.share,
            nested(
              tls13 === "X25519"
                ? Buffer.concat([words([x25519]), sized(randomBytes(32))])
                : Buffer.alloc(0),
            ),
          ] as const,
        ]),
  ];
  const body = Buffer.concat([
    words([shape.version]),
    randomBytes(32),
    Buffer.from([32]),
    randomBytes(32),
    nested(words(shape.ciphers)),
    Buffer.from([1, 0]),
    nested(
      Buffer.concat(
        extensions.map(([type, content]) => Buffer.concat([words([type]), sized(content)])),
      ),
    ),
  ]);
  const handshake = Buffer.concat([Buffer.from([1, 0]), words([body.length]), body]);
  return Buffer.concat([Buffer.from([22]), words([0x0301]), sized(handshake)]);
}

function words(numbers: readonly number[]): Buffer {
  return Buffer.from(numbers.flatMap((number) => [number >> 8, number & 255]));
}

/** Content behind its length in two bytes. */
function sized(content: Buffer): Buffer {
  return Buffer.concat([words([content.length]), content]);
}

const nested = sized;
