import assert from "node:assert/strict";
import jsqr from "jsqr";
import { PNG } from "pngjs";

// A CommonJS module, whose types say that it is none.
const decode = jsqr as unknown as typeof jsqr.default;

/** Pixels of a module's side in a picture that is made of a drawing. */
const scale = 4;

/** What a phone reads from a PNG file; undefined where it finds no code. */
export function readPng(file: Uint8Array): string | undefined {
  const { data, width, height } = PNG.sync.read(Buffer.from(file));
  return read(data, width, height);
}

/** What a phone reads from an SVG file, or from the one in a page. */
export function readSvg(text: string): string | undefined {
  const [, width] = /viewBox="0 0 (\d+) \d+"/.exec(text) ?? [];
  const [, lines] = /stroke="#000" d="([^"]+)"/.exec(text) ?? [];
  assert.ok(width !== undefined && lines !== undefined, "there is no drawing of a code");
  const side = Number(width) * scale;
  const data = new Uint8ClampedArray(side * side * 4).fill(255);
  for (const [x, y, length] of strokes(lines))
    for (let row = y * scale; row < (y + 1) * scale; row++)
      for (let column = x * scale; column < (x + length) * scale; column++)
        data.fill(0, (row * side + column) * 4, (row * side + column) * 4 + 3);
  return read(data, side, side);
}

function read(data: Iterable<number>, width: number, height: number): string | undefined {
  return decode(Uint8ClampedArray.from(data), width, height)?.data;
}

/** Where the lines of a path lie: of these commands alone, as SVG defines them. */
function strokes(path: string): readonly (readonly [x: number, y: number, length: number])[] {
  const all: [number, number, number][] = [];
  let [x, y] = [0, 0];
  const commands = /M(\d+) (\d+)\.5|m(\d+) 0|h(\d+)/g;
  assert.equal(path.replaceAll(commands, ""), "", "the path has other commands");
  for (const [, toX, toY, by, length] of path.matchAll(commands)) {
    if (toX !== undefined) [x, y] = [Number(toX), Number(toY)];
    else if (by !== undefined) x += Number(by);
    else {
      all.push([x, y, Number(length)]);
      x += Number(length);
    }
  }
  return all;
}
