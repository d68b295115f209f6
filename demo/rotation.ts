import type { PublishedAddress } from "../test/stand-ins/client/load.ts";
import { clientOf } from "./client.ts";
import { conditionOf, fleet, published, readFleet, readLedger } from "./fleet.ts";
import type { HeldConnection } from "./held-connection.ts";
import type { Scene } from "./scene.ts";
import { waitWithProgress, type Look } from "./wait-with-progress.ts";

/** The slot that the demo moves. */
export const slot = 0;

/** Both addresses of a move that is under way, and somebody who still uses the old one. */
export interface Move {
  readonly old: PublishedAddress;
  readonly fresh: PublishedAddress;
  readonly held: HeldConnection;
}

/**
 * Asks for a move of the slot, as a person does, and waits until the fresh address is published.
 */
export async function moveSlot(
  scene: Scene,
  old: PublishedAddress,
  held: HeldConnection,
): Promise<Move> {
  const { kubectl, say } = scene;
  const request = `proxyfleet.dev/rotate-at=${String(slot)}@${new Date().toISOString()}`;
  await kubectl.shown(
    "annotate",
    "wap",
    fleet.name,
    "--namespace",
    fleet.namespace,
    "--overwrite",
    request,
  );
  const fresh = await waitWithProgress(say, async () => lookForFresh(scene, old), {
    seconds: 120,
    remedy: `Look: ${scene.stage.kubectlByHand} describe wap ${fleet.name} -n ${fleet.namespace}`,
  });
  say.promise(
    true,
    "a fresh address was verified, then published",
    `${fresh.host} in place of ${old.host}`,
  );
  return { old, fresh, held };
}

async function lookForFresh(
  { kubectl }: Scene,
  old: PublishedAddress,
): Promise<Look<PublishedAddress>> {
  const current = await readFleet(kubectl);
  const address = published(current).get(slot);
  if (address !== undefined && address.host !== old.host) return { found: address };
  const making = (current.status?.addresses ?? []).find(
    (one) => one.slot === slot && !["Serving", "Draining"].includes(one.phase),
  );
  if (making !== undefined)
    return { missing: `slot ${String(slot)}: ${making.address} is ${making.phase}` };
  const exhausted = conditionOf(current, "PoolExhausted");
  return {
    missing: exhausted.isTrue ? exhausted.message : `a fresh address for slot ${String(slot)}`,
  };
}

/**
 * While the old address drains: whoever is connected stays, and whoever still has the old link gets
 * in.
 */
export async function showDrain({ stage, say }: Scene, { old, held }: Move): Promise<void> {
  const before = held.echoes;
  if (stage.kind === "embedded")
    await waitWithProgress(say, async () => lookForEchoes(held, before + 10), {
      seconds: 10,
      remedy: "The held connection stands still.",
    });
  const open =
    stage.kind === "current" ? "still open" : `still open, ${String(held.echoes)} answers so far`;
  const evidence = held.closed === undefined ? open : `ended by ${held.closed.how}`;
  say.promise(
    held.closed === undefined,
    "the connection that was open before the move goes on",
    evidence,
  );
  const late = await clientOf(stage).chat(old);
  say.promise(
    late.event === "ok",
    "who still has the old link gets in",
    late.event === "ok" ? `${old.host} answers` : late.message,
  );
}

async function lookForEchoes(held: HeldConnection, wanted: number): Promise<Look<true>> {
  if (held.closed !== undefined || held.echoes >= wanted) return { found: true };
  return { missing: "ten more answers on the held connection" };
}

/** Waits for the end of the drain, and looks at what is left of the old address: nothing. */
export async function showDark(scene: Scene, { old, held }: Move): Promise<void> {
  const { kubectl, say, stage } = scene;
  await waitWithProgress(say, async () => lookForQuarantine(scene, old, held), {
    seconds: 90,
    remedy: "See the events of the fleet.",
  });
  const { how = "nothing", lost = 0, echoes = 0 } = held.closed ?? {};
  const evidence =
    stage.kind === "current"
      ? `by ${how}`
      : `by ${how}, after ${String(echoes)} answers of which ${String(lost)} were lost`;
  say.promise(
    lost === 0 && how !== "timeout",
    "the held connection lasts as long as the drain, and is closed then",
    evidence,
  );
  const { dark, ports } = await clientOf(stage).dark(old);
  const answers = Object.entries(ports).map(([port, answer]) => `port ${port}: ${answer}`);
  say.promise(dark, `${old.host} is dark: it does not even refuse`, answers.join(", "));
  const entry = (await readLedger(kubectl)).find(({ spec }) => spec.address === old.host);
  say.tell(
    `The ledger keeps ${old.host} out of use until ${entry?.spec.quarantineUntil ?? "its quarantine is over"}.`,
  );
}

async function lookForQuarantine(
  { kubectl }: Scene,
  old: PublishedAddress,
  held: HeldConnection,
): Promise<Look<true>> {
  const entry = (await readLedger(kubectl)).find(({ spec }) => spec.address === old.host);
  if (entry?.status?.phase === "Quarantined" && held.closed !== undefined) return { found: true };
  const until = entry?.spec.drainUntil === undefined ? "" : ` until ${entry.spec.drainUntil}`;
  return {
    missing: `the end of the drain: ${old.host} is ${entry?.status?.phase ?? "unknown"}${until}, with a held connection`,
  };
}
