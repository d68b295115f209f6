import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { simulateOutput } from "../../../../src/cli/output/simulate.ts";
import { simulateCommand } from "../../../../src/cli/simulate.ts";
import type { Terminal } from "../../../../src/cli/terminal/terminal.ts";

const small = ["--groups", "2", "--addresses", "8", "--days", "1", "--seeds", "1", "--more", "0"];

async function called(args: readonly string[]) {
  const [written, said]: [string[], string[]] = [[], []];
  const terminal: Terminal = {
    write: (text) => void written.push(text),
    say: (line) => void said.push(line),
    isTerminal: false,
    columns: () => undefined,
    ask: undefined,
    env: {},
  };
  const code = await simulateCommand(args, terminal);
  return { code, text: written.join(""), said };
}

describe("proxyfleet simulate", () => {
  test("says in words how long the pool lasts, shows its progress, and compares", async () => {
    const { code, text, said } = await called(["--profile", "quiet", ...small]);
    assert.equal(code, 0);
    assert.match(text, /^With 8 addresses and 2 groups, no slot lacks an address in 1 days/);
    assert.match(text, /one-fixed-address/);
    assert.deepEqual(said, [
      "1 of 2: defaults against quiet, seed 1",
      "2 of 2: one-fixed-address against quiet, seed 1",
    ]);
  });

  test("gives the same to programs, twice the same", async () => {
    const args = ["--profile", "scans", "-o", "json", "--policy", "timer", ...small];
    const [one, other] = [await called(args), await called(args)];
    assert.equal(one.text, other.text);
    const { played } = simulateOutput.parse(JSON.parse(one.text));
    assert.deepEqual(
      played.map(({ policy }) => policy),
      ["defaults", "timer"],
    );
  });

  test("draws a plot", async () => {
    const { text } = await called(["--profile", "quiet", "-o", "svg", ...small]);
    assert.match(text, /^<svg .*<\/svg>\n$/s);
  });

  test("plays a fleet and its pools from files", async () => {
    const path = join(await mkdtemp(join(tmpdir(), "simulate-")), "fleet.yaml");
    await writeFile(path, manifests);
    const args = ["--files", path, "--profile", "quiet", "--days", "1", "--seeds", "1"];
    const { text } = await called([...args, "--more", "4"]);
    assert.match(text, /With 6 addresses and 2 groups/);
    assert.match(text, /With 4 further addresses/);
  });

  for (const [args, words] of [
    [["--profile", "atlantis"], /there is no profile "atlantis"/],
    [["--policy", "hope"], /there is no policy "hope"/],
    [["--days", "0"], /--days: "0" is no whole number from 1 to 366/],
    [["--files", "/nowhere.yaml"], /\/nowhere.yaml can't be read/],
    [["--fleet", "a/b", "--files", "x"], /leave out one/],
  ] as const)
    test(`refuses ${args.join(" ")}`, async () => {
      await assert.rejects(called(args), words);
    });
});

const manifests = `
apiVersion: proxyfleet.dev/v1alpha1
kind: WhatsAppProxy
metadata: {name: family}
spec: {addresses: {count: 2, pools: [{name: rented}]}}
---
apiVersion: proxyfleet.dev/v1alpha1
kind: AddressPool
metadata: {name: rented}
spec: {provider: MetalLB, addresses: ["203.0.113.1-203.0.113.6"]}
`;
