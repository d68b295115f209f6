import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { formatInstant, instant } from "../../../src/values/time.ts";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { namespaceObject } from "../../objects/namespace.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds } from "../../stand-ins/api-server/crds.ts";
import { OperatorProcess } from "../../stand-ins/operator/operator-process.ts";
import { whsec } from "../../unit/news/build.ts";
import { apply, startOperator } from "../operator/operator.ts";
import { collectionOf, fleet, ledgerEntry, pool } from "../samples.ts";
import { ReceiverServer, status } from "./receiver-server.ts";

const home = "proxyfleet-system";
let server: ApiServer;
let bot: ReceiverServer;
let folder: string;

before(async () => {
  server = await ApiServer.start();
  await installCrds(server);
  // What fleets claim by themselves is not what the tests publish.
  const claimed = pool({ addresses: ["198.51.100.0/26"] });
  await apply(server, namespaceObject(home), claimed, fleet());
  await apply(server, fleet({ share: { page: false } }, "pageless"));
  bot = await ReceiverServer.start();
  folder = await mkdtemp(join(tmpdir(), "proxyfleet-news-"));
  removeAtExit(folder);
  const { url } = bot.named("bot");
  const receivers = [
    { name: "bot", url, secretRef: { name: "bot" } },
    { name: "wrong", url: "ftp://example.org", secretRef: { name: "bot" } },
  ];
  await configure(receivers);
});
after(async () => {
  await bot?.stop();
  await server?.stop();
});

const config = () => join(folder, "news.yaml");

async function configure(receivers: readonly object[]): Promise<void> {
  await writeFile(config(), JSON.stringify({ receivers }));
}

function start(): OperatorProcess {
  const flags = [`--news-config=${config()}`, `--namespace=${home}`];
  return new OperatorProcess(server.kubeconfig, {}, flags);
}

/** An address of slot 0 that has just been published. */
async function publish(of: string, address: string): Promise<void> {
  const name = `ip-${address.replaceAll(".", "-")}`;
  const { claimRef } = ledgerEntry().spec as { claimRef: object };
  const entry = ledgerEntry({ address, claimRef: { ...claimRef, name: of } }, name);
  await apply(server, entry);
  const phaseSince = formatInstant(instant(Date.now()));
  const serving = { phase: "Serving", phaseSince, address };
  const path = `${collectionOf(entry)}/${name}/status`;
  const { code } = await server.patch(path, { status: serving });
  assert.equal(code, 200);
}

const says = (operator: OperatorProcess, words: RegExp) =>
  operator.lines.some((line) => words.test(JSON.stringify(line)));

describe("an operator with receivers of news", () => {
  test("delivers what was published before it was killed, once it runs again", async () => {
    await publish("family", "203.0.113.9");
    const first = start();
    await waitFor("the operator to miss the secret", () =>
      says(first, /there is no Secret proxyfleet-system\/bot/),
    );
    assert.ok(says(first, /receivers\[1\]: url: must be an address/));
    const data = { secret: Buffer.from(whsec).toString("base64") };
    await apply(server, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "bot", namespace: home },
      data,
    });
    bot.answer = status(503);
    await waitFor("a try", () => bot.taken.length > 0);
    first.kill();
    await first.gone();

    const [before] = bot.taken.splice(0);
    bot.answer = status(204);
    const next = start();
    await waitFor("the delivery", () => bot.taken.length > 0);
    assert.equal(bot.taken[0]?.body, before?.body);
    assert.equal(before?.type, "dev.proxyfleet.slot.published.v1");
    assert.equal(before?.data["fleet"], "family");
    assert.doesNotMatch(JSON.stringify([before, ...bot.taken]), /203\.0\.113/);
    const lines = JSON.stringify([first.lines, next.lines]);
    assert.doesNotMatch(lines, /whsec/);
    next.kill();
    await next.gone();
  });

  test("sends links to who may have them, and paths where there are pages", async (t) => {
    const secretFile = join(folder, "secret");
    await writeFile(secretFile, whsec);
    const linked = await ReceiverServer.start();
    t.after(async () => linked.stop());
    const { url } = linked.named("linked");
    await configure([{ name: "linked", url, secretFile, links: true, kinds: ["Published"] }]);
    await publish("family", "203.0.113.21");
    await publish("pageless", "203.0.113.22");
    const operator = startOperator(server.kubeconfig, { newsConfig: config() });
    t.after(async () => operator.stop());
    const newsOf = (of: string, host: string) =>
      waitFor(`the link of ${of}`, () =>
        linked.taken.map(({ data }) => data).find((data) => data["host"] === host),
      );
    const [paged, pageless] = [
      await newsOf("family", "203.0.113.21"),
      await newsOf("pageless", "203.0.113.22"),
    ];
    assert.match(String(paged["link"]), /^https:\/\/wa\.me\/proxy\?host=203\.0\.113\.21&/);
    assert.match(String(paged["pagePath"]), /^[a-z2-7]{26}$/);
    assert.match(String(pageless["link"]), /^https:\/\/wa\.me\/proxy\?host=203\.0\.113\.22&/);
    assert.ok(!("pagePath" in pageless));
    const lines = JSON.stringify(operator.lines);
    assert.ok(!lines.includes("wa.me") && !lines.includes(String(paged["pagePath"])));
  });
});
