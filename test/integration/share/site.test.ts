import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, test } from "node:test";
import { everyFleet, markOf, ofFleet, ofNamespace } from "../../../src/cli/share/mark.ts";
import { Site } from "../../../src/cli/share/site.ts";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";
import { pathOf } from "../../objects/share-secret.ts";

const family = { namespace: "proxies", name: "family" };
const friends = { namespace: "proxies", name: "friends" };
const abroad = { namespace: "abroad", name: "family" };
const [a, b, c] = [pathOf("a"), pathOf("b"), pathOf("c")];

let root: string;
let site: Site;

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), "proxyfleet-site-"));
  removeAtExit(folder);
  root = join(folder, "site");
  site = new Site(root);
  await site.prepare();
});

const page = (text: string, of = family, path = a) => ({
  files: new Map([
    ["index.html", text],
    ["en.html", text],
  ]),
  mark: markOf(path, of),
});
const modeOf = async (...path: readonly string[]) =>
  ((await stat(join(root, ...path))).mode & 0o777).toString(8);
const folders = async () => (await readdir(root)).filter((name) => name !== "index.html");

describe("what strangers may fetch", () => {
  test("the top has a page that says nothing, so that no server lists what is there", async () => {
    assert.equal(await readFile(join(root, "index.html"), "utf8"), "");
  });

  test("a page that is there already stays, and so does its folder's mode", async () => {
    await writeFile(join(root, "index.html"), "mine");
    await chmod(root, 0o750);
    await site.prepare();
    assert.equal(await readFile(join(root, "index.html"), "utf8"), "mine");
    assert.equal(await modeOf(), "750");
  });

  test("a web server of another user reads files and can't list pages; the mark is ours", async () => {
    await site.put(a, page("x"));
    const modes = [await modeOf(), await modeOf(a), await modeOf(a, "index.html")];
    assert.deepEqual([...modes, await modeOf(a, ".page")], ["711", "755", "644", "600"]);
  });

  test("the mark names no fleet and no namespace", async () => {
    await site.put(a, page("x"));
    const mark = await readFile(join(root, a, ".page"), "utf8");
    assert.match(mark, /^([\w-]{43}\n){3}$/);
  });
});

describe("a page's files", () => {
  test("are written once, and again where they differ", async () => {
    assert.equal(await site.put(a, page("x")), "Written");
    const before = await stat(join(root, a, "en.html"));
    assert.equal(await site.put(a, page("x")), "Same");
    const files = new Map([
      ["index.html", "y"],
      ["en.html", "x"],
    ]);
    assert.equal(await site.put(a, { files, mark: markOf(a, family) }), "Written");
    assert.equal(await readFile(join(root, a, "index.html"), "utf8"), "y");
    const after = await stat(join(root, a, "en.html"));
    assert.deepEqual([after.ino, after.mtimeMs], [before.ino, before.mtimeMs]);
  });

  test("are replaced as a whole: a reader who has one open reads the old text", async () => {
    await site.put(a, page("old"));
    const before = await stat(join(root, a, "index.html"));
    await site.put(a, page("new"));
    assert.notEqual((await stat(join(root, a, "index.html"))).ino, before.ino);
  });

  test("are the only ones: drafts and languages of older versions go", async () => {
    await site.put(a, page("x"));
    await writeFile(join(root, a, ".0123.new"), "half");
    await writeFile(join(root, a, "xx.html"), "old");
    assert.equal(await site.put(a, page("x")), "Written");
    assert.deepEqual((await readdir(join(root, a))).toSorted(), [".page", "en.html", "index.html"]);
  });

  test("of another fleet are left alone", async () => {
    await site.put(a, page("x", friends));
    assert.equal(await site.put(a, page("mine")), "Foreign");
    assert.equal(await readFile(join(root, a, "index.html"), "utf8"), "x");
  });
});

describe("removing", () => {
  const cases = {
    "one fleet's pages leaves those of others": { scope: ofFleet(family), stay: [b, c] },
    "a namespace's pages leaves those of others": { scope: ofNamespace("proxies"), stay: [c] },
    "all pages": { scope: everyFleet, stay: [] },
  };
  for (const [name, { scope, stay }] of Object.entries(cases))
    test(name, async () => {
      await site.put(a, page("x", family, a));
      await site.put(b, page("x", friends, b));
      await site.put(c, page("x", abroad, c));
      assert.equal(await site.keepOnly(scope, new Set()), 3 - stay.length);
      assert.deepEqual((await folders()).toSorted(), stay);
    });

  test("leaves pages that are still there", async () => {
    await site.put(a, page("x", family, a));
    assert.equal(await site.keepOnly(everyFleet, new Set([a])), 0);
    assert.deepEqual(await folders(), [a]);
  });

  test("leaves folders that we did not make, whatever their names", async () => {
    await mkdir(join(root, b));
    await writeFile(join(root, b, "index.html"), "an admin's own");
    await mkdir(join(root, "photos"));
    await writeFile(join(root, "photos", ".page"), markOf("photos", family));
    // Somebody copied a page, mark and all.
    await mkdir(join(root, c));
    await writeFile(join(root, c, ".page"), markOf(a, family));
    assert.equal(await site.keepOnly(everyFleet, new Set()), 0);
    assert.deepEqual((await folders()).toSorted(), [b, c, "photos"]);
  });
});

test("a folder that can't be written is named, and no page in it", async () => {
  await rm(root, { recursive: true });
  await writeFile(root, "a file");
  await assert.rejects(site.put(a, page("x")), (error: Error) => {
    assert.match(error.message, /^--out .*\/site: the pages could not be written \(ENOTDIR\)/);
    assert.ok(!error.message.includes(a) && error.cause === undefined);
    return true;
  });
});
