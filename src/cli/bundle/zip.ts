import { crc32, deflateRawSync } from "node:zlib";

/** One file of an archive. */
export interface ZipFile {
  /** With slashes between folders; ASCII. */
  readonly name: string;
  readonly content: string | Buffer;
  /** Its permissions once it is unpacked; without them, only its owner may read it. */
  readonly mode?: keyof typeof modes;
}

// The format of PKWARE's APPNOTE 6.3.10: each file behind a local header (4.3.7), then a list of all
// with where they begin (4.3.12), then where that list begins (4.3.16). Numbers are little-endian.

const signatures = { file: 0x04034b50, listed: 0x02014b50, end: 0x06054b50 } as const;
const neededVersion = 20;
const deflated = 8;
/** Regular files, as Unix writes them. */
const modes = {
  ownersOnly: (0o100600 << 16) >>> 0,
  everybodys: (0o100644 << 16) >>> 0,
  program: (0o100755 << 16) >>> 0,
} as const;
const madeOnUnix = (3 << 8) | neededVersion;

/** An archive of some files. @param at their time, in UTC. Bounds: 65,535 files, 4 GiB in all */
export function zipped(files: readonly ZipFile[], at: Date): Buffer {
  const locals: Buffer[] = [];
  const listed: Buffer[] = [];
  let offset = 0;
  for (const file of files) {
    const { name } = file;
    const { data, facts } = packed(file, at);
    const local = Buffer.concat([uint32(signatures.file), facts, Buffer.from(name), data]);
    locals.push(local);
    listed.push(listing(facts, file, offset));
    offset += local.length;
  }
  const list = Buffer.concat(listed);
  return Buffer.concat([...locals, list, ending(files.length, list.length, offset)]);
}

/** A file's content, and what both of its headers say of it. */
function packed({ name, content }: ZipFile, at: Date) {
  const plain = typeof content === "string" ? Buffer.from(content) : content;
  const data = deflateRawSync(plain);
  const facts = Buffer.concat([
    uint16(neededVersion, 0, deflated, ...dosTime(at)),
    uint32(crc32(plain), data.length, plain.length),
    uint16(Buffer.byteLength(name), 0),
  ]);
  return { data, facts };
}

function listing(facts: Buffer, { name, mode = "ownersOnly" }: ZipFile, offset: number): Buffer {
  const head = Buffer.concat([uint32(signatures.listed), uint16(madeOnUnix)]);
  const rest = Buffer.concat([uint16(0, 0, 0), uint32(modes[mode], offset)]);
  return Buffer.concat([head, facts, rest, Buffer.from(name)]);
}

function ending(count: number, size: number, offset: number): Buffer {
  const counts = uint16(0, 0, count, count);
  return Buffer.concat([uint32(signatures.end), counts, uint32(size, offset), uint16(0)]);
}

/** Time and date as DOS wrote them, to two seconds. */
function dosTime(at: Date): readonly [time: number, date: number] {
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  const date =
    ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  return [time, date];
}

function uint16(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(2 * values.length);
  for (const [at, value] of values.entries()) buffer.writeUInt16LE(value, 2 * at);
  return buffer;
}

function uint32(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  for (const [at, value] of values.entries()) buffer.writeUInt32LE(value, 4 * at);
  return buffer;
}
