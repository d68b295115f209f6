import assert from "node:assert/strict";
import type { ProxyAddress } from "../../../src/api/proxy-address.ts";
import { managedSelector } from "../../../src/api/names.ts";
import { TestFleet, type FleetWish } from "../stage/fleet.ts";
import { kubectl, read } from "../stage/kubectl.ts";
import type { PublishedAddress } from "../../stand-ins/client/load.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

/** What must be the same after a mishap. */
export interface Memory {
  readonly published: ReadonlyMap<number, PublishedAddress>;
  /** The address that each entry holds, for whom, and until when it rests. */
  readonly ledger: readonly string[];
  /** The uids of Services and pods: one that was made again is another one. */
  readonly services: readonly string[];
  readonly pods: readonly string[];
}

/** A fleet of two groups that has moved one of them, so that its ledger has an address at rest. */
export class RememberingFleet extends TestFleet {
  constructor(wish: Pick<FleetWish, "name" | "addresses">) {
    super({ ...wish, spec: { rotation: { drain: { scheduled: "5s", blocked: "5s" } } } });
  }

  /** Makes it, and moves slot 0 once. */
  async settle(): Promise<void> {
    await this.create();
    await this.ready();
    const old = (await this.published()).get(0)!;
    await this.rotate("0@to-have-a-past");
    await this.handled("0@to-have-a-past");
    await this.phase(old.host, "Quarantined");
    assert.equal((await this.published()).size, 2);
  }

  async memory(): Promise<Memory> {
    const [published, ledger, services, pods] = await Promise.all([
      this.published(),
      this.ledger(),
      this.#uids("service"),
      this.#uids("pod"),
    ]);
    return { published, ledger: inOrder(ledger.map(remembered)), services, pods };
  }

  /** Waits until all that people hold is published again, by the same slots. */
  async isBack({ published }: Memory, seconds: number): Promise<void> {
    await this.condition("Ready", "True", { seconds });
    await waitFor("every group to have the address that it had", async () => {
      const now = await this.published();
      return [...published].every(([slot, { host }]) => now.get(slot)?.host === host);
    });
  }

  /** Waits until the operator that runs now has looked at all of the fleet. */
  async isLookedAfter(): Promise<void> {
    const place = ["pdb", "-n", this.namespace];
    const [before] = await this.#uids("pdb");
    assert.ok(before !== undefined, "the fleet has a PodDisruptionBudget");
    await kubectl("delete", ...place, "-l", managedSelector);
    await waitFor("the PodDisruptionBudget to be made again", async () => {
      const [now] = await this.#uids("pdb");
      return now !== undefined && now !== before;
    });
  }

  async #uids(kind: string): Promise<readonly string[]> {
    const { items } = await read<{ items: { metadata: { uid: string } }[] }>(
      kind,
      "-n",
      this.namespace,
      ...(kind === "pod" ? [] : ["-l", managedSelector]),
    );
    return inOrder(items.map(({ metadata }) => metadata.uid));
  }
}

function remembered({ spec }: ProxyAddress): string {
  const { address, claimRef, lane, want, quarantineUntil, retiredBecause } = spec;
  const { slot } = claimRef;
  return JSON.stringify({ address, slot, lane, want, quarantineUntil, retiredBecause });
}

function inOrder(texts: readonly string[]): readonly string[] {
  return texts.toSorted((a, b) => a.localeCompare(b));
}
