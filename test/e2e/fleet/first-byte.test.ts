import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TestFleet } from "../stage/fleet.ts";
import { kubectl } from "../stage/kubectl.ts";
import { chat, media, whatsapp } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

describe("a fleet that was applied with kubectl", () => {
  const fleet = new TestFleet({ name: "e2e-first-byte", addresses: ["203.0.113.0/28"] });
  before(async () => {
    await whatsapp();
    await fleet.create();
    await fleet.ready();
  });
  after(async () => fleet.remove());

  test("answers on chat, each address with a certificate of its own", async () => {
    const addresses = [...(await fleet.published()).values()];
    assert.equal(addresses.length, 2);
    const seen = await Promise.all(
      addresses.map(async (address) => (await chat(address)).handshake?.certificateSHA256),
    );
    const made = (await fleet.ledger()).map(({ status }) => status.certificateSHA256);
    assert.deepEqual(new Set(seen), new Set(made));
    assert.equal(new Set(seen).size, 2);
  });

  test("passes media through: the certificate that is seen is WhatsApp's own", async () => {
    const { certificateSHA256 } = await whatsapp();
    for (const address of (await fleet.published()).values())
      assert.equal((await media(address)).handshake.certificateSHA256, certificateSHA256);
  });

  test("passes on who connects as the spec says: V2, V1 or nothing; media never has a header", async (t) => {
    const [address] = (await fleet.published()).values();
    const headerIs = async (version: number | undefined) =>
      waitFor(`PROXY header ${version}`, async () =>
        (await chat(address!)).answer?.proxy?.version === version ? true : undefined,
      );
    await headerIs(2);
    t.after(async () => fleet.patch({ upstream: null }));
    for (const [wish, version] of [
      ["V1", 1],
      ["None", undefined],
    ] as const) {
      await fleet.patch({ upstream: { chat: { proxyProtocol: wish } } });
      await headerIs(version);
    }
    await media(address!);
    assert.deepEqual((await whatsapp()).media.faults, {});
  });

  test("is shown by kubectl get with what an admin asks first", async () => {
    const lines = (await kubectl("get", "wap", fleet.name, "-n", fleet.name)).trim().split("\n");
    assert.match(lines[0] ?? "", /^NAME +READY +REACHABLE +SERVING +REPLICAS +NEXT ROTATION +AGE$/);
    assert.match(lines[1] ?? "", /^e2e-first-byte +True +2\/2 +2\/2 +2 /);
    assert.match(
      await kubectl("get", "wapa"),
      /^NAME +POOL +ADDRESS +NAMESPACE +FLEET +SLOT +PHASE +AGE\n/,
    );
  });
});
