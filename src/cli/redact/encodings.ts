import { canonicalIp } from "../../values/ip.ts";

/** A way to find runs of characters that may hide a text, and all texts that such a run may hide. */
interface EncodedRun {
  readonly pattern: RegExp;
  readonly decode: (run: string) => readonly string[];
}

/** Base64 in both alphabets, hex, and the escapes of URLs and JSON. */
export const encodedRuns: readonly EncodedRun[] = [
  { pattern: /[^\s"'<>]+/g, decode: fromEscapes },
  { pattern: /[A-Za-z0-9+/_-]{8,}={0,2}/g, decode: fromLetters },
  { pattern: /(?<![\w+/-])[\w+/-]{4,11}={0,2}(?![\w+/=-])/g, decode: asAddress },
];

function fromEscapes(run: string): readonly string[] {
  return [percentDecoded(run), unescaped(run)].filter((text) => text !== run).flatMap(readable);
}

function fromLetters(run: string): readonly string[] {
  const pieces = new Set([run, ...run.split(/[+/_-]/)].filter(({ length }) => length >= 8));
  return [...pieces].flatMap((piece) => [...fromBase64(piece), ...fromHex(piece)]);
}

function percentDecoded(run: string): string {
  return run.replaceAll(/(?:%[0-9a-f]{2})+/gi, (bytes) =>
    Buffer.from(bytes.replaceAll("%", ""), "hex").toString("utf8"),
  );
}

function unescaped(run: string): string {
  return run.replaceAll(/\\+u([0-9a-f]{4})/gi, (_all, unit: string) =>
    String.fromCharCode(Number.parseInt(unit, 16)),
  );
}

/** Whoever joins texts may have shifted one against the groups of four letters. */
function fromBase64(piece: string): readonly string[] {
  return [0, 1, 2, 3].flatMap((shift) =>
    readable(Buffer.from(piece.slice(shift), "base64").toString("utf8")),
  );
}

function fromHex(piece: string): readonly string[] {
  return /^(?:[0-9a-f]{2}){6,}$/i.test(piece)
    ? readable(Buffer.from(piece, "hex").toString("utf8"))
    : [];
}

/** So short a word is looked at only where all of it is an address, as MTo6 is 1:: in base64. */
function asAddress(word: string): readonly string[] {
  const hex = /^(?:[0-9a-f]{2})+$/i.test(word) ? Buffer.from(word, "hex").toString("latin1") : "";
  const texts = [Buffer.from(word, "base64").toString("latin1"), hex];
  return texts.filter((text) => canonicalIp(text) !== undefined);
}

/** Random bytes are no text: they hold control characters, or are no UTF-8. */
function readable(text: string): readonly string[] {
  return text.length >= 3 && !/[^\P{C}\s]|\ufffd/u.test(text) ? [text] : [];
}
