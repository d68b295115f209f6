import { readFile, writeFile } from "node:fs/promises";
import { type Played, compare, seedsFrom } from "../src/simulator/compare.ts";
import { defaultsDigest } from "../src/simulator/report/defaults.ts";
import type { PageCase } from "../src/simulator/report/page-cases.ts";
import { digestIn, pageCases, pageOf, plotsOf } from "../src/simulator/report/page.ts";

const page = new URL("../docs/simulator.md", import.meta.url);

/** As many as tell policies apart, in about ten minutes of one core. */
const seeds = Number(process.env["SEEDS"] ?? 3);

/** For a quick look: these chapters of the page only, with commas between them. */
const chapters = process.env["CHAPTERS"]?.split(",");

/** A default that was changed without a new page: the page would say what is no longer so. */
async function checkPage(): Promise<void> {
  const known = digestIn(await readFile(page, "utf8"));
  if (known === defaultsDigest()) return;
  process.stderr.write(
    "docs/simulator.md was made with other defaults of the API: run make sim, and look at what changed\n",
  );
  process.exitCode = 1;
}

/** Writes the page after each row, so that a run that is ended leaves what it has. */
async function writePage(): Promise<void> {
  const began = performance.now();
  const cases = pageCases.filter(({ chapter }) => chapters?.includes(chapter) !== false);
  const played: Played<PageCase>[] = [];
  for (const one of cases) {
    played.push(...(await compare([one], seedsFrom(1, seeds))));
    const s = Math.round((performance.now() - began) / 1000);
    process.stderr.write(
      `${played.length} of ${cases.length}, ${s} s: ${one.chapter}, ${one.row}\n`,
    );
    for (const [name, svg] of plotsOf(played))
      await writeFile(new URL(`../docs/${name}`, import.meta.url), svg);
    await writeFile(page, pageOf(played));
  }
}

if (process.argv.includes("--check")) await checkPage();
else await writePage();
