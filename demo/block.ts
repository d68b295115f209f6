import type { PublishedAddress } from "../test/stand-ins/client/load.ts";
import { connectToBoth } from "./connect.ts";
import { type LedgerEntry, published, readFleet, readLedger } from "./fleet.ts";
import { slot } from "./rotation.ts";
import { finish, succeed } from "./run.ts";
import type { Scene } from "./scene.ts";
import type { EmbeddedStage } from "./stage.ts";
import { removeVantagePoints, setUpVantagePoints } from "./vantage-points.ts";
import { type Look, waitWithProgress } from "./wait-with-progress.ts";

const table = "demo_censor";

/** A censor drops what people send to an address: it is seen, and their group moves. */
export async function showBlock(
  scene: Scene,
  stage: EmbeddedStage,
  old: PublishedAddress,
): Promise<void> {
  const { say } = scene;
  say.tell("Two checkers behind the border test the addresses every 30 s, and a third one abroad.");
  await setUpVantagePoints(scene, stage);
  const wait = { seconds: 180, remedy: "Look at: kubectl describe wavp" };
  await waitWithProgress(say, async () => lookForVerdict(scene, old, "Reachable"), wait);
  const began = performance.now();
  await censor(stage, old.host);
  say.tell(`From now on, the censor drops all that goes to ${old.host} from inside.`);
  try {
    const seen = async () => lookForVerdict(scene, old, "Blocked");
    const message = await waitWithProgress(say, seen, wait);
    say.promise(true, "the block is seen", message);
    const fresh = await waitWithProgress(say, async () => lookForFresh(scene, old), wait);
    const seconds = Math.round((performance.now() - began) / 1_000);
    const evidence = `${fresh.host} in place of ${old.host}, ${String(seconds)} s after the block began`;
    say.promise(true, "the group has moved to a fresh address", evidence);
    await connectToBoth(scene, fresh);
  } finally {
    await finish([...stage.enter, "nft", "delete", "table", "inet", table]);
    await removeVantagePoints(scene);
  }
}

/** The node routes all that the people inside send. */
async function censor(stage: EmbeddedStage, address: string): Promise<void> {
  await finish([...stage.enter, "nft", "delete", "table", "inet", table]);
  const rule = `iifname "to-inside" ip daddr ${address} drop`;
  const chain = `chain sent { type filter hook prerouting priority mangle; policy accept; ${rule}\n}`;
  await succeed([...stage.enter, "nft", "-f", "-"], `table inet ${table} { ${chain}\n}\n`);
}

async function lookForVerdict(
  { kubectl }: Scene,
  { host }: PublishedAddress,
  wanted: "Reachable" | "Blocked",
): Promise<Look<string>> {
  const entry = (await readLedger(kubectl)).find(({ spec }) => spec.address === host);
  const inIran = verdictOf(entry);
  if (inIran?.verdict === wanted) return { found: inIran.message ?? "" };
  const words = inIran === undefined ? "not tested yet" : `${inIran.verdict}: ${inIran.message}`;
  return { missing: `${host} to be ${wanted} in IR; it is ${words}` };
}

function verdictOf(entry: LedgerEntry | undefined) {
  return entry?.status?.reachability?.find(({ country }) => country === "IR");
}

async function lookForFresh(
  { kubectl }: Scene,
  old: PublishedAddress,
): Promise<Look<PublishedAddress>> {
  const address = published(await readFleet(kubectl)).get(slot);
  return address === undefined || address.host === old.host
    ? { missing: `a fresh address for slot ${String(slot)}` }
    : { found: address };
}
