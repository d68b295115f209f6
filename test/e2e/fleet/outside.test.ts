import { after, before, describe, test } from "node:test";
import { TestFleet } from "../stage/fleet.ts";
import { OutsideOperator } from "../stage/operator.ts";
import { chat, whatsapp } from "../stage/people.ts";

describe("an operator outside of the cluster, with a kubeconfig", () => {
  const fleet = new TestFleet({ name: "e2e-outside", addresses: ["203.0.113.96/29"], slots: 1 });
  let operator: OutsideOperator;
  before(async () => {
    await whatsapp();
    operator = await OutsideOperator.takeOver();
    operator.start();
  });
  after(async () => {
    await fleet.remove();
    await operator.handBack();
  });

  test("brings a fleet to its first byte and rotates it, asking pods through the API server", async () => {
    await fleet.create();
    await fleet.ready();
    await fleet.rotate("from-outside");
    await fleet.handled("from-outside");
    const [address] = (await fleet.published()).values();
    await chat(address!);
  });
});
