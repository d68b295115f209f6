import { after, before, describe, test } from "node:test";
import { TestFleet } from "../stage/fleet.ts";
import { kubectl, read } from "../stage/kubectl.ts";
import { chat, whatsapp } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

interface Child {
  metadata: { uid: string; labels?: Record<string, string> };
  spec: {
    replicas?: number;
    maxUnavailable?: number;
    ports?: { targetPort: number }[];
    policyTypes?: string[];
  };
}

describe("a child that somebody edits or deletes", () => {
  const fleet = new TestFleet({ name: "e2e-drift", addresses: ["203.0.113.32/28"], slots: 1 });
  const child = `${fleet.name}-proxy`;
  const patch = async (kind: string, name: string, change: object) =>
    kubectl("patch", kind, name, "-n", fleet.name, "--type=merge", "-p", JSON.stringify(change));
  before(async () => {
    await whatsapp();
    await fleet.create();
    await fleet.ready();
  });
  after(async () => fleet.remove());

  test("a scaled Deployment goes back to the fleet's replicas", async () => {
    await patch("deployment", child, { spec: { replicas: 5 } });
    await waitFor(
      "2 replicas",
      async () => (await read<Child>("deployment", child, "-n", fleet.name)).spec.replicas === 2,
      { seconds: 20 },
    );
  });

  test("an edited Service goes back to its lane's ports, and the address goes on", async () => {
    const [entry] = await fleet.ledger();
    const name = entry?.status.serviceName ?? "";
    const ports = (await read<Child>("service", name, "-n", fleet.name)).spec.ports ?? [];
    await patch("service", name, {
      spec: { ports: ports.map((port) => ({ ...port, targetPort: 1 })) },
    });
    await waitFor(
      "the lane's ports",
      async () => {
        const now = (await read<Child>("service", name, "-n", fleet.name)).spec.ports ?? [];
        return now.every(({ targetPort }, index) => targetPort === ports[index]?.targetPort);
      },
      { seconds: 20 },
    );
    await waitFor(
      "chat to answer again",
      async () => chat([...(await fleet.published()).values()][0]!),
      { seconds: 20 },
    );
  });

  test("what is deleted comes back: budget, network policy, Secret, and a Service with its address", async () => {
    const [entry] = await fleet.ledger();
    const service = entry?.status.serviceName ?? "";
    for (const [kind, name] of [
      ["pdb", child],
      ["networkpolicy", child],
      ["secret", child],
      ["service", service],
    ] as const) {
      const { metadata } = await read<Child>(kind, name, "-n", fleet.name);
      await kubectl("delete", kind, name, "-n", fleet.name, "--wait=false");
      await waitFor(
        `${kind} ${name} to come back`,
        async () => (await read<Child>(kind, name, "-n", fleet.name)).metadata.uid !== metadata.uid,
        { seconds: 20 },
      );
    }
    await waitFor(
      "chat to answer with the certificate of the ledger",
      async () => {
        const [current] = await fleet.ledger();
        const [address] = (await fleet.published()).values();
        return (
          (await chat(address!)).handshake?.certificateSHA256 === current?.status.certificateSHA256
        );
      },
      { seconds: 60 },
    );
  });
});
