import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { apply, kubectl } from "../stage/kubectl.ts";
import { chat, media } from "../stage/people.ts";
import { waitFor as until } from "../../../tooling/wait-for.ts";
import { servingPods } from "./pods.ts";
import { folderOf } from "./processes.ts";
import { searchFor } from "./search.ts";
import type { Stage } from "./stage.ts";

/** An address that nobody comes from. */
const planted = "198.51.101.99";

/**
 * By now thousands have come from known addresses, good and bad ones, and pods, leaders and
 * upstreams have come and gone.
 */
export function privacy({ fleet, clients }: Stage): void {
  const everybody = ["198.51.101.2", ...clients];

  test("HAProxy sees clients' addresses here: WhatsApp gets them", async () => {
    const own = (await fleet.published()).get(0)!;
    assert.equal((await chat(own)).answer?.proxy?.source?.address, "198.51.101.2");
    await media(own);
  });

  test("no log, metric, Event, object or file names any of them", async () => {
    assert.deepEqual(await searchFor([...everybody, planted]), []);
  });

  test("a planted log line, metric label, object label and file would be found", async (t) => {
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
    assert.ok(isFound("objects", new RegExp(`^Pod .*${pod!.metadata.name}$`)), "the object label");
    assert.ok(isFound("files", /run\/proxyfleet\/planted$/), "the file");
  });

  /** A container of the proxy's image that says the address once and ends. */
  async function plantLogLine(): Promise<void> {
    const [pod] = await servingPods(fleet.name);
    const { containers, securityContext } = pod!.spec!;
    const { image, securityContext: restricted } = containers[0]!;
    await apply({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "planted", namespace: fleet.name },
      spec: {
        restartPolicy: "Never",
        securityContext,
        containers: [{ name: "planted", image, args: [planted], securityContext: restricted }],
      },
    });
    await until("the log line to be written", async () =>
      (await kubectl("logs", "planted", "-n", fleet.name)).includes(planted),
    );
  }
}
