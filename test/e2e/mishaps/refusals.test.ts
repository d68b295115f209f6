import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Service } from "../../../src/kubernetes/objects.ts";
import { namespaceObject } from "../../objects/namespace.ts";
import { TestFleet } from "../stage/fleet.ts";
import { apply, kubectl, read, tryKubectl } from "../stage/kubectl.ts";
import { chat, Crowd, Holder, media, whatsapp } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { countFailures } from "./cut-off.ts";

async function patchPool(name: string, spec: object): Promise<void> {
  await kubectl("patch", "wapool", name, "--type=merge", "-p", JSON.stringify({ spec }));
}

/** Waits until the entry of an address says this. */
async function says(fleet: TestFleet, address: string, words: RegExp): Promise<void> {
  await waitFor(`${address} to say ${String(words)}`, async () => {
    const conditions = (await fleet.entryOf(address))?.status.conditions ?? [];
    return conditions.some(({ reason, message }) => words.test(`${reason}: ${message}`));
  });
}

/** A Service of somebody else, which takes its address for itself. */
class OtherService {
  readonly #namespace = "e2e-refused-other";

  async take(address: string): Promise<void> {
    await apply(namespaceObject(this.#namespace, { "proxyfleet-test": "end-to-end" }), {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: "other",
        namespace: this.#namespace,
        annotations: { "metallb.io/loadBalancerIPs": address },
      },
      spec: { type: "LoadBalancer", ports: [{ port: 443 }] },
    });
    await waitFor(`${address} to be another Service's`, async () => {
      const { status } = await read<Service>("service", "other", "-n", this.#namespace);
      return status?.loadBalancer?.ingress?.[0]?.ip === address;
    });
  }

  async giveUp(): Promise<void> {
    await tryKubectl("delete", "service", "other", "-n", this.#namespace, "--ignore-not-found");
  }

  async remove(): Promise<void> {
    await this.giveUp();
    await tryKubectl("delete", "namespace", this.#namespace, "--ignore-not-found", "--wait=false");
  }
}

describe("an address that MetalLB refuses, since another Service has it", () => {
  const taken = "203.0.113.32";
  const name = "e2e-refused";
  const other = new OtherService();
  const fleet = new TestFleet({
    name,
    addresses: ["203.0.113.33-203.0.113.34"],
    pool: { reserve: 0 },
    spec: {
      audience: { countries: ["IR"] },
      rotation: { drain: { scheduled: "10s", blocked: "10s" } },
    },
  });
  before(async () => {
    await whatsapp();
    await other.take(taken);
    await fleet.create();
    await fleet.ready();
  });
  after(async () => {
    await fleet.remove();
    await other.remove();
  });

  test("keeps no blocked group where it is, and cuts nobody off", async (t) => {
    const { certificateSHA256 } = await whatsapp();
    const crowd = new Crowd(async () => (await fleet.published()).values(), certificateSHA256);
    const first = await fleet.published();
    const holder = await Holder.at(first.get(0)!);

    await t.test("the address that is drawn quotes MetalLB", async () => {
      // It is the only free one, so that it is the one that is drawn.
      await patchPool(name, { addresses: ["203.0.113.32-203.0.113.34"] });
      await fleet.rotate("0@drawn");
      await says(fleet, taken, /^LoadBalancerRefuses: .*AllocationFailed/);
      const words = await fleet.condition("PoolExhausted", "True", { seconds: 30 });
      assert.match(words, /slot 0 .*AllocationFailed/);
    });

    await t.test("a blocked group moves while another one waits for it", async () => {
      await patchPool(name, { addresses: ["203.0.113.32/30"], reserve: 1 });
      const blocked = first.get(1)!.host;
      const report = `proxyfleet.dev/report-blocked=${blocked} IR it-does-not-work`;
      await kubectl("annotate", "wap", name, "-n", name, report, "--overwrite");
      const fresh = await waitFor("slot 1 to move", async () => {
        const now = (await fleet.published()).get(1);
        return now !== undefined && now.host !== blocked ? now : undefined;
      });
      assert.equal(fresh.host, "203.0.113.35");
      await chat(fresh);
      await media(fresh);
      assert.equal((await fleet.published()).get(0)?.host, first.get(0)?.host);
    });

    await t.test("once the other Service is gone, the group that waited has it", async () => {
      await other.giveUp();
      await fleet.handled("0@drawn");
      const now = (await fleet.published()).get(0)!;
      assert.equal(now.host, taken);
      await chat(now);
      await fleet.condition("PoolExhausted", "False", { seconds: 30 });
    });

    const end = await holder.ended;
    t.diagnostic(`the held connection had ${end.echoes} echoes, ${end.lost} lost`);
    assert.equal(end.lost, 0);
    assert.deepEqual(await countFailures(t, crowd), []);
  });
});

describe("a pool with addresses that none of MetalLB's pools has", () => {
  const name = "e2e-foreign";
  const fleet = new TestFleet({
    name,
    addresses: ["198.51.100.9"],
    pool: { reserve: 0 },
    slots: 1,
    spec: { replicas: 1 },
  });
  before(async () => {
    await whatsapp();
    await fleet.create();
  });
  after(async () => fleet.remove());

  test("says so in MetalLB's words, and its group has an address as soon as there is one", async () => {
    await says(fleet, "198.51.100.9", /^LoadBalancerRefuses: .*AllocationFailed/);
    const words = await waitFor("the fleet to say why", async () => {
      const { conditions } = (await fleet.read()).status;
      return conditions?.find(
        ({ status, message }) => status !== "True" && message.includes("AllocationFailed"),
      )?.message;
    });
    assert.match(words, /198\.51\.100\.9/);
    await patchPool(name, { addresses: ["198.51.100.9", "203.0.113.40"] });
    await fleet.ready();
    await chat((await fleet.published()).get(0)!);
  });
});
