import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readShareCall } from "../../../../src/cli/share/arguments.ts";

const read = (line: string) => readShareCall(line.split(" ").filter((word) => word !== ""));

describe("the fleets that are meant", () => {
  const cases: Record<string, { line: string; scope: object }> = {
    "all of the kubeconfig's namespace": {
      line: "",
      scope: { kind: "Namespace", namespace: undefined },
    },
    "all of a namespace": { line: "-n a", scope: { kind: "Namespace", namespace: "a" } },
    "all of all namespaces": { line: "-A", scope: { kind: "Everywhere" } },
    "several by name": {
      line: "x y -n a",
      scope: {
        kind: "Named",
        fleets: [
          { namespace: "a", name: "x" },
          { namespace: "a", name: "y" },
        ],
      },
    },
    "of several namespaces": {
      line: "a/x b/y",
      scope: {
        kind: "Named",
        fleets: [
          { namespace: "a", name: "x" },
          { namespace: "b", name: "y" },
        ],
      },
    },
  };
  for (const [name, { line, scope }] of Object.entries(cases))
    test(name, () => {
      const call = read(line);
      assert.deepEqual(call === "help" ? call : call.scope, scope);
    });
});

describe("the task", () => {
  const printing = { kind: "Print", output: "text", slot: undefined, codes: true };
  const cases: Record<string, { line: string; task: object }> = {
    "by default links and codes": { line: "x", task: { ...printing, pagesUrl: undefined } },
    "one slot's link alone": {
      line: "x --slot 12 --no-codes -o links",
      task: { ...printing, slot: 12, codes: false, output: "links", pagesUrl: undefined },
    },
    "pages, with a slash where there was none": {
      line: "--pages-url https://example.org/keep",
      task: { ...printing, pagesUrl: "https://example.org/keep/" },
    },
    "files, once": { line: "--out d", task: { kind: "Export", folder: "d", watch: false } },
    "files, kept up to date": {
      line: "--out d --watch",
      task: { kind: "Export", folder: "d", watch: true },
    },
  };
  for (const [name, { line, task }] of Object.entries(cases))
    test(name, () => {
      const call = read(line);
      assert.deepEqual(call === "help" ? call : call.task, task);
    });
  test("help, whatever else is there", () => assert.equal(read("x --help --out d"), "help"));
});

describe("a call that is off says which flag, and what to do", () => {
  const cases: Record<string, { line: string; message: RegExp }> = {
    "an unknown flag": { line: "--qr", message: /^unknown or incomplete flag: see .* --help$/ },
    "all namespaces and one": { line: "-A -n a", message: /^-A means all .*leave out NAME and -n/ },
    "two namespaces for one fleet": { line: "a/x -n b", message: /^"a\/x" .* -n b: leave out one/ },
    "a name with too many parts": { line: "a/b/c", message: /^"a\/b\/c" names no fleet: write/ },
    "a slot that is none": { line: "--slot 64", message: /^--slot: "64" is no slot: give/ },
    "a negative slot": { line: "--slot=-1", message: /^--slot: "-1" is no slot: give/ },
    "an unknown format": {
      line: "-o yaml",
      message: /^--output: "yaml" is none of text, json, links/,
    },
    "a site that is no web site": {
      line: "--pages-url ftp://x",
      message: /^--pages-url: "ftp:\/\/x" is no/,
    },
    "a site with a query": { line: "--pages-url https://x/?a", message: /^--pages-url: / },
    "watching nothing": { line: "--watch", message: /^--watch and --once need --out/ },
    "once and for ever": { line: "--out d --once --watch", message: /exclude each other/ },
    "files of one slot": { line: "--out d --slot 1", message: /^--slot says what is printed/ },
    "files without codes": { line: "--out d --no-codes", message: /^--no-codes says what/ },
    "no folder": { line: "--out=", message: /^--out: name a folder/ },
  };
  for (const [name, { line, message }] of Object.entries(cases))
    test(name, () => assert.throws(() => read(line), { name: "ShareError", message }));
});
