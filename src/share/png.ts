import { crc32, deflateSync } from "node:zlib";

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** One bit a pixel, grey; deflate, no filter but those of a line, not interlaced. */
const blackAndWhite = [1, 0, 0, 0, 0];

/** Pixels of a cell's side: with one bit each, they are one byte of a line. */
export const cellPixels = 8;

/** Draws a grid as a black and white PNG (W3C PNG, third edition): true is black. */
export function bitmapPng(rows: readonly (readonly boolean[])[]): Uint8Array {
  const header = Buffer.alloc(8);
  header.writeUInt32BE((rows[0]?.length ?? 0) * cellPixels, 0);
  header.writeUInt32BE(rows.length * cellPixels, 4);
  const lines = rows.flatMap((row) => Array<Buffer>(cellPixels).fill(line(row)));
  return Buffer.concat([
    Buffer.from(signature),
    chunk("IHDR", Buffer.concat([header, Buffer.from(blackAndWhite)])),
    chunk("IDAT", deflateSync(Buffer.concat(lines))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** No filter, then a byte a cell; 1 is white. */
function line(row: readonly boolean[]): Buffer {
  return Buffer.from([0, ...row.map((black) => (black ? 0 : 0xff))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}
