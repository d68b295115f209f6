import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Crowd } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { servingPods } from "../stage/pods.ts";
import { serverAddresses } from "./servers.ts";
import { bringUp, proxyFleet } from "./stage.ts";
import { Upstreams, ports } from "./upstreams.ts";

describe("WhatsApp's servers, reached by name", () => {
  const upstreams = new Upstreams();
  const fleet = proxyFleet({
    name: "e2e-proxy-reaching",
    addresses: ["203.0.113.208/30"],
    spec: {
      upstream: {
        chat: { servers: [`chat.proxy.test:${ports.chat}`, `spare.proxy.test:${ports.chat}`] },
        media: { servers: [`media.proxy.test:${ports.media}`] },
      },
    },
  });
  before(async () => {
    await upstreams.begin();
    await start();
    await bringUp(fleet);
  });
  after(async () => {
    await fleet.remove();
    await upstreams.end();
  });

  /** One at .21 for chat and media, and a spare one at .22. */
  async function start(): Promise<void> {
    await Promise.all([upstreams.start(21), upstreams.start(22)]);
    await upstreams.name({ "chat.proxy.test": 21, "media.proxy.test": 21, "spare.proxy.test": 22 });
  }

  /** Waits until pods reach these two, and no other. */
  async function allUp(): Promise<void> {
    await start();
    await waitFor("all pods to be where the names lead", async () => {
      const [first, ...others] = await servers();
      return first === "192.0.2.21" && others.join() === "192.0.2.22";
    });
    await fleet.condition("UpstreamReachable", "True", { seconds: 60, reason: "AllServersUp" });
  }

  /** The addresses, each once, at which any pod looks for a server now. */
  async function servers(): Promise<readonly string[]> {
    const pods = await servingPods(fleet.name);
    const lists = await Promise.all(
      pods.flatMap((pod) => [serverAddresses(pod, "chat"), serverAddresses(pod, "media")]),
    );
    return [...new Set(lists.flat())].toSorted((a, b) => a.localeCompare(b));
  }

  test("are followed where their names lead elsewhere in DNS, and nobody notices", async () => {
    await allUp();
    const own = (await fleet.published()).get(0)!;
    const crowd = new Crowd(async () => [own]);
    await upstreams.start(23);
    await upstreams.name({ "chat.proxy.test": 23, "media.proxy.test": 23, "spare.proxy.test": 22 });
    await waitFor("people to come to the new address", async () => {
      const { chat, media } = await upstreams.report(23);
      return chat.answered > 5 && media.answered > 5;
    });
    // Each pod asks DNS for itself, every 5 s.
    await waitFor(
      "all pods to have left the old address",
      async () => !(await servers()).includes("192.0.2.21"),
    );
    await upstreams.stop(21);
    await crowd.goHome();
    assert.deepEqual(crowd.failures, []);
  });

  test("end one by one, and come back", async (t) => {
    await allUp();
    await t.test("newcomers are sent to those that are left at once", async () => {
      const own = (await fleet.published()).get(0)!;
      const before = (await upstreams.report(21)).chat.answered;
      await upstreams.stop(22);
      // They come after its end: who was just talking through it is cut off, whatever the pods do.
      const crowd = new Crowd(async () => [own]);
      await waitFor(
        "a hundred newcomers",
        async () => (await upstreams.report(21)).chat.answered > before + 100,
      );
      await crowd.goHome();
      assert.deepEqual(crowd.failures, []);
    });

    await t.test("the one that ended is named", async () => {
      const message = await fleet.condition("UpstreamReachable", "True", {
        seconds: 90,
        reason: "SomeServersDown",
      });
      assert.match(
        message,
        /chat server spare\.proxy\.test:5300 does not answer (1 of 2|any) pod.*Connections go to the servers that answer/,
      );
    });

    const pods = (await servingPods(fleet.name)).map(({ metadata }) => metadata.name);
    await t.test(
      "when all have ended, the fleet says what to do, and no pod is unready",
      async () => {
        await upstreams.stop(21);
        const message = await fleet.condition("UpstreamReachable", "False", {
          seconds: 90,
          reason: "NothingReachable",
        });
        assert.match(
          message,
          /chat\.proxy\.test:5300.*media\.proxy\.test:5301.*Check that the nodes may connect/,
        );
        await fleet.event("NothingReachable", /./, 30);
        await fleet.condition("Ready", "True", { seconds: 5 });
        assert.deepEqual(
          (await servingPods(fleet.name)).map(({ metadata }) => metadata.name),
          pods,
        );
      },
    );

    await t.test("when they are back, the fleet says that", async () => {
      await Promise.all([upstreams.start(21), upstreams.start(22)]);
      await fleet.condition("UpstreamReachable", "True", { seconds: 90, reason: "AllServersUp" });
      await fleet.event("UpstreamReachable", /./, 30);
    });
  });
});
