import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import * as fc from "fast-check";
import { encode } from "uqr";
import { shareLink } from "../../../src/share/link.ts";
import { terminalQr } from "../../../src/share/qr.ts";

const link = shareLink({ host: "203.0.113.9", chatPort: 443, mediaPort: 587, chatTls: true });

/** Reads a drawing back into modules, true for dark, as a camera would see it. */
function modules(drawing: string, drawnMeansDark: boolean): boolean[][] {
  return stripVTControlCharacters(drawing)
    .split("\n")
    .flatMap((line) => [
      Array.from(line, (c) => "█▀".includes(c) === drawnMeansDark),
      Array.from(line, (c) => "█▄".includes(c) === drawnMeansDark),
    ]);
}

describe("terminalQr", () => {
  test("both styles show the modules that the encoder chose, whatever the text", () =>
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 300 }), fc.boolean(), (text, colour) => {
        const expected = encode(text, { ecc: "L", boostEcc: true, border: 4 }).data;
        assert.deepEqual(
          modules(terminalQr(text, { colour }), colour).slice(0, expected.length),
          expected,
        );
      }),
      { numRuns: 30 },
    ));

  test("four light modules surround the code", () => {
    const seen = modules(terminalQr(link, { colour: true }), true);
    const edge = [...seen.slice(0, 4), ...seen.slice(-4)]
      .flat()
      .concat(seen.flatMap((row) => [...row.slice(0, 4), ...row.slice(-4)]));
    assert.ok(edge.every((dark) => !dark));
  });

  test("with colour, every line sets black on white and goes back to the terminal's own colours", () => {
    for (const line of terminalQr(link, { colour: true }).split("\n"))
      assert.ok(line.startsWith("\u001B[38;5;16;48;5;231m") && line.endsWith("\u001B[0m"));
  });

  test("without colour there are no escape codes", () => {
    const drawing = terminalQr(link, { colour: false });
    assert.equal(drawing, stripVTControlCharacters(drawing));
  });

  test("a share link fits a terminal of 80 columns and 24 lines", () => {
    const lines = terminalQr(link, { colour: false }).split("\n");
    assert.ok(lines.length < 24 && lines.every((line) => line.length <= 80));
  });
});
