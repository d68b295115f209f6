import assert from "node:assert/strict";
import { test } from "node:test";
import { Crowd } from "../stage/people.ts";
import { waitFor as until } from "../../../tooling/wait-for.ts";
import { servingPods } from "./pods.ts";
import { serverAddresses } from "./servers.ts";
import type { Stage } from "./stage.ts";

/**
 * Names lead elsewhere, and soon one of two servers ends, which pods take up to a quarter of a
 * minute to be sure of.
 */
export function following({ fleet, upstreams }: Stage): void {
  test("where names lead elsewhere in DNS, pods follow, and nobody notices", async () => {
    await fleet.condition("UpstreamReachable", "True", 60, "AllServersUp");
    const own = (await fleet.published()).get(0)!;
    const crowd = new Crowd(async () => [own]);
    await upstreams.start(23);
    await upstreams.name({ "chat.proxy.test": 23, "media.proxy.test": 23, "spare.proxy.test": 22 });
    await until("people to come to the new address", async () => {
      const { chat, media } = await upstreams.report(23);
      return chat.answered > 5 && media.answered > 5;
    });
    // Each pod asks DNS for itself, every 5 s.
    await until(
      "all pods to have left the old address",
      async () => !(await allServers(fleet.name)).includes("192.0.2.21"),
    );
    await upstreams.stop(21);
    await crowd.goHome();
    assert.deepEqual(crowd.failures, []);
  });

  test("when a server has ended, newcomers are sent to the others at once", async () => {
    const own = (await fleet.published()).get(0)!;
    const before = (await upstreams.report(23)).chat.answered;
    await upstreams.stop(22);
    // They come after its end: who was just talking through it is cut off, whatever the pods do.
    const crowd = new Crowd(async () => [own]);
    await until(
      "a hundred newcomers",
      async () => (await upstreams.report(23)).chat.answered > before + 100,
    );
    await crowd.goHome();
    assert.deepEqual(crowd.failures, []);
  });
}

async function allServers(fleet: string): Promise<readonly string[]> {
  const pods = await servingPods(fleet);
  return (
    await Promise.all(
      pods.flatMap((pod) => [serverAddresses(pod, "chat"), serverAddresses(pod, "media")]),
    )
  ).flat();
}

/** What is said of servers that ended. */
export function losing({ fleet, upstreams }: Stage): void {
  const told = async (reason: string) =>
    until(
      `an Event ${reason}`,
      async () => (await fleet.events()).some((event) => event.reason === reason),
      { seconds: 30 },
    );

  test("the server that ended is named", async () => {
    const message = await fleet.condition("UpstreamReachable", "True", 90, "SomeServersDown");
    assert.match(
      message,
      /chat server spare\.proxy\.test:5300 does not answer (1 of 2|any) pod.*Connections go to the servers that answer/,
    );
  });

  test("when all end, the fleet says so with what to do, and no pod is unready; when one is back, it says that", async () => {
    const before = (await servingPods(fleet.name)).map(({ metadata }) => metadata.name);
    await upstreams.stop(23);
    const message = await fleet.condition("UpstreamReachable", "False", 90, "NothingReachable");
    assert.match(
      message,
      /chat\.proxy\.test:5300.*media\.proxy\.test:5301.*Check that the nodes may connect/,
    );
    await told("NothingReachable");
    await fleet.condition("Ready", "True", 5);
    assert.deepEqual(
      (await servingPods(fleet.name)).map(({ metadata }) => metadata.name),
      before,
    );
    await Promise.all([upstreams.start(22), upstreams.start(23)]);
    await fleet.condition("UpstreamReachable", "True", 90, "AllServersUp");
    await told("UpstreamReachable");
  });
}
