/**
 * Shows what Proxyfleet promises, with real parts: a fleet, a client behind a border, a share link, a move that cuts nobody off.
 *   node demo/demo.ts                     on the embedded cluster in ${CLUSTER_DIR:-.cluster}, as `make cluster images deploy` leaves it
 *   node demo/demo.ts --cluster current   on the cluster of the current kubeconfig; POOL_ADDRESSES (separated by commas) and
 *                                         POOL_PROVIDER (default MetalLB) say which addresses it may use
 * Can be run again on the same cluster. The exit code is 1, with the reason, if a promise does not hold.
 */
import { parseArgs } from "node:util";
import { explainError } from "../src/values/errors.ts";
import type { PublishedAddress } from "../test/stand-ins/client/load.ts";
import { showBlock } from "./block.ts";
import { connectToBoth, openShareLink } from "./connect.ts";
import { published, readFleet } from "./fleet.ts";
import { sayGoodbye } from "./goodbye.ts";
import { HeldConnection } from "./held-connection.ts";
import { applyExamples, install, waitForOperator, waitForReady, type OwnPool } from "./install.ts";
import { Kubectl } from "./kubectl.ts";
import { readOwnPool } from "./own-cluster.ts";
import { playWhatsApp } from "./play-whatsapp.ts";
import { moveSlot, showDark, showDrain, slot } from "./rotation.ts";
import { DemoError, Say } from "./say.ts";
import type { Scene } from "./scene.ts";
import { showShareLink } from "./share.ts";
import { currentStage, embeddedStage } from "./stage.ts";
import { perSecond, SteadyLoad } from "./steady-load.ts";

const say = new Say();
const { values: flags } = parseArgs({
  options: { cluster: { type: "string", default: process.env["CLUSTER"] ?? "embedded" } },
});

try {
  if (flags.cluster === "embedded") await playOnEmbedded();
  else if (flags.cluster === "current") await playOnCurrent();
  else throw new DemoError(`--cluster ${flags.cluster}: give embedded or current`);
  process.exit(0);
} catch (error) {
  if (!(error instanceof DemoError)) throw error;
  console.error(`\nThe demo stops here: ${explainError(error)}`);
  process.exit(1);
}

async function playOnEmbedded(): Promise<void> {
  const stage = embeddedStage(process.env["CLUSTER_DIR"] ?? ".cluster");
  const kubectl = new Kubectl(stage, say);
  say.step("The operator in the embedded cluster");
  await waitForOperator({ stage, say, kubectl, mediaCertificate: undefined });
  say.step("WhatsApp, played on the host meta (192.0.2.10)");
  const { certificateSHA256 } = await playWhatsApp(stage, say);
  say.tell(
    "Chat on port 5222 reads what the proxy says and answers. Media on port 443 has a certificate of its own.",
  );
  await play({ stage, say, kubectl, mediaCertificate: certificateSHA256 }, undefined);
}

async function playOnCurrent(): Promise<void> {
  const stage = currentStage();
  const scene: Scene = {
    stage,
    say,
    kubectl: new Kubectl(stage, say),
    mediaCertificate: undefined,
  };
  say.step("The cluster of the current kubeconfig");
  const ownPool = readOwnPool(process.env, say);
  say.tell(`context: ${(await scene.kubectl.quietly("config", "current-context")).trim()}`);
  say.step("CRDs and operator");
  await install(scene);
  await waitForOperator(scene);
  await play(scene, ownPool);
}

async function play(scene: Scene, ownPool: OwnPool | undefined): Promise<void> {
  const { kubectl, stage } = scene;
  say.step("A pool of addresses, and a fleet");
  await applyExamples(scene, ownPool);
  say.step("Wait until the fleet serves");
  say.promise(true, "the fleet is Ready", await waitForReady(scene));
  await kubectl.shown("get", "wap,wapa", "--all-namespaces");
  const first = await publishedNow(scene);
  say.step(`Connect from ${stage.clientPlace}`);
  await connectToBoth(scene, first);
  say.step(`What the people of slot ${String(slot)} get: a link, or its QR code`);
  showShareLink(say, first);
  await openShareLink(scene, first);
  await showMove(scene, first);
  if (stage.kind === "embedded") {
    say.step(`A censor blocks the address of slot ${String(slot)}, and the group moves by itself`);
    await showBlock(scene, stage, await publishedNow(scene));
  }
  say.summary();
  sayGoodbye(scene);
}

/** The move of a slot, with somebody who stays connected, and many who connect all the time. */
async function showMove(scene: Scene, old: PublishedAddress): Promise<void> {
  const { kubectl, stage } = scene;
  say.step(`Move slot ${String(slot)} to a fresh address, with people on it`);
  const held = await HeldConnection.open(stage, old);
  const load = new SteadyLoad(scene);
  try {
    say.tell(
      `One connection to ${old.host} is held open. ${String(perSecond[stage.kind])} new ones a second go to each published address.`,
    );
    const move = await moveSlot(scene, old, held);
    await connectToBoth(scene, move.fresh);
    await showDrain(scene, move);
    say.step("The old address drains, then goes dark");
    await showDark(scene, move);
    const { connections, failures, slowestMs } = await load.end();
    say.promise(
      failures === 0,
      "all the while everybody got in",
      `${String(connections)} connections, ${String(failures)} failed, slowest ${String(slowestMs)} ms`,
    );
  } finally {
    held.stop();
    load.stop();
  }
  await kubectl.shown("get", "wap,wapa", "--all-namespaces");
}

async function publishedNow({ kubectl }: Scene): Promise<PublishedAddress> {
  const address = published(await readFleet(kubectl)).get(slot);
  if (address === undefined)
    throw new DemoError(`slot ${String(slot)} lost its address again: see the events of the fleet`);
  return address;
}
