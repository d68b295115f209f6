import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { podObject } from "../../objects/pod.ts";
import { nuisances } from "../../stand-ins/client/pester.ts";
import { apply, kubectl } from "../stage/kubectl.ts";
import { Gathering, chat, media, pesterAt } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { evict, serving, servingPods } from "../stage/pods.ts";
import { folderOf } from "./processes.ts";
import { searchFor } from "./search.ts";
import { bringUp, clients, proxyFleet } from "./stage.ts";

/** The address of the host `inside` that people come from who name no other. */
const usual = "198.51.101.2";

/** An address that nobody comes from, another one in each run: logs outlive it. */
const planted = `198.51.101.${100 + Math.floor(Math.random() * 150)}`;

describe("the addresses of a fleet's clients", () => {
  const fleet = proxyFleet({ name: "e2e-proxy-privacy", addresses: ["203.0.113.220/30"] });
  before(async () => bringUp(fleet));
  after(async () => fleet.remove());

  test("are named nowhere, and would be found if they were", async (t) => {
    await t.test("good and bad ones come, while their slot moves and a pod goes", visits);

    await t.test("no log, metric, Event, object or file names any of them", async () =>
      assert.deepEqual(await searchFor([usual, ...clients, planted]), []),
    );

    await t.test("a planted log line, metric label, object label and file are found", async (t) => {
      const exporter = createServer((_, response) =>
        response.end(`sessions{client="${planted}"} 1\n`),
      ).listen(0, "127.0.0.1");
      await once(exporter, "listening");
      const url = `http://127.0.0.1:${(exporter.address() as AddressInfo).port}/metrics`;
      const [pod] = await servingPods(fleet.name);
      const file = join(await folderOf(pod!, "/run/proxyfleet"), "planted");
      t.after(async () => {
        exporter.close();
        await kubectl("delete", "pod", "planted", "-n", fleet.name, "--force", "--grace-period=0");
      });
      await writeFile(file, `client ${planted}\n`);
      await kubectl(
        "label",
        "pod",
        pod!.metadata.name,
        "-n",
        fleet.name,
        `example.org/client=${planted}`,
      );
      await plantLogLine();
      const found = await searchFor([planted], [url]);
      const isFound = (place: string, where: RegExp) =>
        found.some((finding) => finding.place === place && where.test(finding.where));
      assert.ok(isFound("logs", /planted.*\.log$/), "the log line of a container that ended");
      assert.ok(isFound("metrics", /^http:\/\/127/), "the metric label");
      assert.ok(
        isFound("objects", new RegExp(`^Pod .*${pod!.metadata.name}$`)),
        "the object label",
      );
      assert.ok(isFound("files", /run\/proxyfleet\/planted$/), "the file");
    });
  });

  /** Hundreds come from all addresses. HAProxy sees those here: WhatsApp gets them. */
  async function visits(): Promise<void> {
    const own = (await fleet.published()).get(0)!;
    const people = await Gathering.at(own, 20 * clients.length, clients);
    const looks = nuisances.flatMap((nuisance) =>
      [own.chat, own.media].map(async (port) =>
        pesterAt({ host: own.host, port }, nuisance, { from: clients[0]!, timeoutMs: 4_000 }),
      ),
    );
    await Promise.all(looks);
    assert.equal((await chat(own)).answer?.proxy?.source?.address, usual);
    await media(own);
    await fleet.rotate("among-people");
    await fleet.handled("among-people");
    const [pod] = await servingPods(fleet.name);
    await evict(pod!);
    await people.goHome();
    await serving(fleet.name, 2);
  }

  /** A container of the proxy's image that says the address once and ends. */
  async function plantLogLine(): Promise<void> {
    const [pod] = await servingPods(fleet.name);
    const { containers, securityContext } = pod!.spec!;
    const { image, securityContext: restricted } = containers[0]!;
    await apply({
      ...podObject({ name: "planted", namespace: fleet.name }),
      spec: {
        restartPolicy: "Never",
        securityContext,
        containers: [{ name: "planted", image, args: [planted], securityContext: restricted }],
      },
    });
    await waitFor("the log line to be written", async () =>
      (await kubectl("logs", "planted", "-n", fleet.name)).includes(planted),
    );
  }
});
