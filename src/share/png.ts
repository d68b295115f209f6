import { crc32, deflateSync } from "node:zlib";

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** One bit a pixel, grey; deflate, no filter but those of a line, not interlaced. */
const blackAndWhite = [1, 0, 0, 0, 0];

/**
 * Draws a grid as a black and white PNG (W3C PNG, third edition): true is black.
 * @param scale pixels of a cell's side
 */
export function bitmapPng(rows: readonly (readonly boolean[])[], scale: number): Uint8Array {
  const width = (rows[0]?.length ?? 0) * scale;
  const header = Buffer.alloc(8);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(rows.length * scale, 4);
  const lines = rows.flatMap((row) => Array<Buffer>(scale).fill(line(row, scale)));
  return Buffer.concat([
    Buffer.from(signature),
    chunk("IHDR", Buffer.concat([header, Buffer.from(blackAndWhite)])),
    chunk("IDAT", deflateSync(Buffer.concat(lines), { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** No filter, then eight pixels a byte, the leftmost in the highest bit; 1 is white. */
function line(row: readonly boolean[], scale: number): Buffer {
  const bytes = Buffer.alloc(1 + Math.ceil((row.length * scale) / 8));
  for (let x = 0; x < row.length * scale; x++) {
    if (row[Math.floor(x / scale)] === true) continue;
    const at = 1 + (x >> 3);
    bytes.writeUInt8(bytes.readUInt8(at) | (0x80 >> (x & 7)), at);
  }
  return bytes;
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}
