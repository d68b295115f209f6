import { encode } from "uqr";
import { bitmapPng } from "./png.ts";

/** Rows from top to bottom, `#` for each dark module. */
type Rows = readonly string[];

/** ISO/IEC 18004 asks for four light modules round a code, else scanners don't find its edges. */
const quietZone = 4;
/** The side of a module where nothing else says how large a drawing is. */
const moduleUnits = 6;

/** A text as a QR code, in an SVG file of its own. */
export function qrSvg(text: string): string {
  return drawing(modules(text), 'xmlns="http://www.w3.org/2000/svg"');
}

/**
 * The same inside an HTML page, where it needs no namespace.
 * @param label what is read out in its place; goes into an attribute as it is
 */
export function inlineQr(text: string, label: string): string {
  return drawing(modules(text), `role="img" aria-label="${label}"`);
}

/** A text as a QR code, as a PNG file. */
export function qrPng(text: string): Uint8Array {
  return bitmapPng(modules(text).map((row) => [...row].map((module) => module === "#")));
}

/** To encode a text takes longer than all the rest, and a link is drawn as SVG, PNG and page. */
const knownCodes = new Map<string, Rows>();
const mostKnownCodes = 512;

function modules(text: string): Rows {
  const known = knownCodes.get(text);
  if (known !== undefined) return known;
  if (knownCodes.size >= mostKnownCodes) knownCodes.clear();
  const rows = encoded(text);
  knownCodes.set(text, rows);
  return rows;
}

/** A code that is still read when a seventh of it is damaged: paper is folded. */
function encoded(text: string): Rows {
  const { data } = encode(text, { ecc: "M", boostEcc: true, border: quietZone });
  return data.map((row) => row.map((dark) => (dark ? "#" : " ")).join(""));
}

/** Lines as thick as a module: half as long as a drawing of rectangles. */
function drawing(rows: Rows, attributes: string): string {
  const size = rows.length;
  const side = size * moduleUnits;
  const lines = rows.map(darkLine).join("");
  return (
    `<svg ${attributes} width="${side}" height="${side}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">` +
    `<path fill="#fff" d="M0 0h${size}v${size}H0z"/><path stroke="#000" d="${lines}"/></svg>`
  );
}

/** The dark modules of a row, from left to right: the first at its place, others after a gap. */
function darkLine(row: string, y: number): string {
  let end = 0;
  let line = "";
  for (const { 0: run, index } of row.matchAll(/#+/g)) {
    line += line === "" ? `M${index} ${y}.5` : `m${index - end} 0`;
    line += `h${run.length}`;
    end = index + run.length;
  }
  return line;
}
