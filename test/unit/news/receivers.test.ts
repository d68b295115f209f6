import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pino } from "pino";
import { ReceiversFile } from "../../../src/news/io/receivers-file.ts";
import { readReceivers } from "../../../src/news/receivers.ts";
import { newsKinds } from "../../../src/values/news-kinds.ts";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";

const bot = { name: "bot", url: "https://bot.example.org/news", secretRef: { name: "bot" } };

describe("a configuration of news", () => {
  test("has defaults: no links, all kinds, the key secret", () => {
    const { receivers, problems } = readReceivers({ receivers: [bot] });
    assert.deepEqual(problems, []);
    const secret = { kind: "ref", name: "bot", key: "secret" };
    const { name, url } = bot;
    assert.deepEqual(receivers, [{ name, url, secret, links: false, kinds: [...newsKinds] }]);
  });

  const token = "s3cr3t";
  const wrong: Record<string, { given: object; words: RegExp }> = {
    "without a name": { given: { ...bot, name: undefined }, words: /name is missing/ },
    "with http": { given: { ...bot, url: `http://x.org/${token}` }, words: /url: must be an addr/ },
    "with a user in the url": {
      given: { ...bot, url: `https://me:${token}@x.org` },
      words: /url: must be an address/,
    },
    "without a secret": {
      given: { ...bot, secretRef: undefined },
      words: /exactly one of secretRef and secretFile/,
    },
    "with two secrets": { given: { ...bot, secretFile: "/x" }, words: /exactly one/ },
    "with a kind that does not exist": {
      given: { ...bot, kinds: ["War"] },
      words: /kinds\[0\] "War": must be one of Published, Blocked/,
    },
    "with a field that does not exist": { given: { ...bot, link: true }, words: /link/ },
    "that is no map": { given: ["x"], words: /must be an object/ },
  };
  for (const [name, { given, words }] of Object.entries(wrong))
    test(`leaves out a receiver ${name}, says why, and goes on with others`, () => {
      const other = { ...bot, name: "other" };
      const { receivers, problems } = readReceivers({ receivers: [given, other] });
      assert.deepEqual(
        receivers.map(({ name }) => name),
        ["other"],
      );
      assert.match(problems[0]?.message ?? "", words);
      assert.match(problems[0]?.message ?? "", /^receivers\[0\]: /);
      assert.doesNotMatch(problems[0]?.message ?? "", new RegExp(token));
    });

  test("takes http for this machine", () => {
    for (const host of ["localhost", "127.0.0.1:8080", "[::1]"])
      assert.equal(
        readReceivers({ receivers: [{ ...bot, url: `http://${host}/` }] }).receivers.length,
        1,
      );
  });

  test("gives a name once, and has sixteen receivers at most", () => {
    const many = Array.from({ length: 17 }, (_, index) => ({ ...bot, name: `bot-${index}` }));
    const { receivers, problems } = readReceivers({ receivers: [...many, bot, many[0]] });
    assert.equal(receivers.length, 16);
    assert.equal(problems.length, 3);
    assert.match(readReceivers({ receivers: [bot, bot] }).problems[0]?.message ?? "", /is taken/);
  });

  test("of another shape names nobody", () => {
    for (const given of [undefined, [], { receiver: [] }, "x"])
      assert.equal(readReceivers(given).problems.length, 1);
  });
});

describe("the file of a configuration", () => {
  test("may change, and while it can't be read those of before stay", async () => {
    const folder = await mkdtemp(join(tmpdir(), "proxyfleet-news-"));
    removeAtExit(folder);
    const path = join(folder, "news.yaml");
    const lines: string[] = [];
    const log = pino({ level: "trace" }, { write: (line) => lines.push(line) });
    const file = new ReceiversFile(path);
    const names = async () => (await file.read(log)).receivers.map(({ name }) => name);
    assert.deepEqual(await names(), []);
    await writeFile(path, JSON.stringify({ receivers: [bot] }));
    assert.deepEqual(await names(), ["bot"]);
    await writeFile(path, "receivers: [{{");
    assert.deepEqual(await names(), ["bot"]);
    await rm(path);
    assert.deepEqual(await names(), ["bot"]);
    await writeFile(path, "receivers:\n- name: yaml\n  url: https://x.org\n  secretFile: /x\n");
    assert.deepEqual(await names(), ["yaml"]);
    assert.match(lines.join(""), /can't be read.*is no YAML or JSON/s);
  });
});
