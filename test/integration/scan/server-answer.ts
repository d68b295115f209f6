import type { Answer } from "./ask.ts";

/** What a server's first bytes are: a ServerHello and what it chose, an alert, a text, or nothing. */
export function firstRecord({ bytes, end }: Answer): string {
  if (bytes.length === 0) return end;
  if (bytes[0] === 21) return `alert ${bytes[6] ?? "?"}, then ${end}`;
  if (bytes[0] === 22 && bytes[5] === 2) return serverHello(bytes.subarray(9));
  return `text ${JSON.stringify(bytes.toString("latin1", 0, 24))}`;
}

/** Version, cipher, extensions in their order, and what ALPN chose (RFC 8446 §4.1.3). */
function serverHello(body: Buffer): string {
  const session = body[34] ?? 0;
  const at = 35 + session;
  const extensions: string[] = [];
  for (let place = at + 5; place + 4 <= at + 5 + lengthAt(body, at + 3);) {
    const [type, length] = [lengthAt(body, place), lengthAt(body, place + 2)];
    const content = body.subarray(place + 4, place + 4 + length);
    extensions.push(
      type === 16 ? `16(${content.toString("latin1", 3)})` : describeExtension(type, content),
    );
    place += 4 + length;
  }
  return `version ${hex(lengthAt(body, 0))}, cipher ${hex(lengthAt(body, at))}, extensions ${extensions.join(" ")}`;
}

/** A key share's group is the server's choice, its key is not. */
function describeExtension(type: number, content: Buffer): string {
  return type === 51 ? `51(${hex(lengthAt(content, 0))})` : String(type);
}

function lengthAt(bytes: Buffer, place: number): number {
  return place + 2 <= bytes.length ? bytes.readUInt16BE(place) : 0;
}

const hex = (number: number): string => number.toString(16).padStart(4, "0");
