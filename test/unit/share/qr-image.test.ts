import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { PNG } from "pngjs";
import { encode } from "uqr";
import { shareLink } from "../../../src/share/link.ts";
import { inlineQr, qrPng, qrSvg } from "../../../src/share/qr-image.ts";
import { readPng, readSvg } from "./read-code.ts";
import { targets, usual } from "./targets.ts";

describe("the code of a link", () => {
  test("gives the link, as SVG, inside a page, and as PNG", () =>
    fc.assert(
      fc.property(targets, (target) => {
        const link = shareLink(target);
        assert.equal(readSvg(qrSvg(link)), link);
        assert.equal(readSvg(inlineQr(link, "code")), link);
        assert.equal(readPng(qrPng(link)), link);
      }),
      { numRuns: 20 },
    ));

  const link = shareLink(usual);
  const { size } = encode(link, { ecc: "M", boostEcc: true, border: 4 });

  test("has four light modules around it: the PNG is black and white, of 8 pixels a module", () => {
    const { width, height, data } = PNG.sync.read(Buffer.from(qrPng(link)));
    assert.deepEqual([width, height], [size * 8, size * 8]);
    const isLight = (x: number, y: number) => data[(y * width + x) * 4] === 255;
    const edge = Array.from({ length: width }, (_, at) => at);
    assert.ok(edge.every((at) => isLight(at, 31) && isLight(31, at) && isLight(at, height - 32)));
    assert.ok(!isLight(32, 32));
  });

  test("is small: 64 slots share one Secret", () => {
    assert.ok(qrSvg(link).length < 4_500, `${qrSvg(link).length} bytes of SVG`);
    assert.ok(qrPng(link).length < 1_500, `${qrPng(link).length} bytes of PNG`);
  });

  test("names its namespace in a file of its own, and not in a page", () => {
    assert.match(qrSvg(link), /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /);
    assert.ok(!inlineQr(link, "code").includes("http"));
  });
});
