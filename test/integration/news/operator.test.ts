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
import { apply } from "../operator/operator.ts";
import { collectionOf, fleet, ledgerEntry, pool } from "../samples.ts";
import { ReceiverServer, status } from "./receiver-server.ts";

const home = "proxyfleet-system";
let server: ApiServer;
let bot: ReceiverServer;
let folder: string;

before(async () => {
  server = await ApiServer.start();
  await installCrds(server);
  await apply(server, namespaceObject(home), pool(), fleet());
  bot = await ReceiverServer.start();
  folder = await mkdtemp(join(tmpdir(), "proxyfleet-news-"));
  removeAtExit(folder);
  const { url } = bot.named("bot");
  const receivers = [
    { name: "bot", url, secretRef: { name: "bot" } },
    { name: "wrong", url: "ftp://example.org", secretRef: { name: "bot" } },
  ];
  await writeFile(join(folder, "news.yaml"), JSON.stringify({ receivers }));
});
after(async () => {
  await bot?.stop();
  await server?.stop();
});

function start(): OperatorProcess {
  const config = `--news-config=${join(folder, "news.yaml")}`;
  return new OperatorProcess(server.kubeconfig, {}, [config, `--namespace=${home}`]);
}

const says = (operator: OperatorProcess, words: RegExp) =>
  operator.lines.some((line) => words.test(JSON.stringify(line)));

describe("an operator with receivers of news", () => {
  test("delivers what was published before it was killed, once it runs again", async () => {
    await apply(server, ledgerEntry());
    const entry = `${collectionOf(ledgerEntry())}/ip-203-0-113-9/status`;
    const phaseSince = formatInstant(instant(Date.now()));
    const serving = { phase: "Serving", phaseSince, address: "203.0.113.9" };
    await server.patch(entry, { status: serving });

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
});
