import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { TestFleet } from "../stage/fleet.ts";
import { kubectl } from "../stage/kubectl.ts";
import { chat, whatsapp } from "../stage/people.ts";

const program = join(import.meta.dirname, "../../../src/main.ts");

describe("an operator outside of the cluster, with a kubeconfig", () => {
  const fleet = new TestFleet({ name: "e2e-outside", addresses: ["203.0.113.96/29"], slots: 1 });
  let operator: ChildProcess;
  before(async () => {
    await whatsapp();
    await kubectl("scale", "deployment/proxyfleet", "-n", "proxyfleet-system", "--replicas=0");
    await kubectl("wait", "pod", "-n", "proxyfleet-system", "-l", "app.kubernetes.io/name=proxyfleet", "--for=delete", "--timeout=60s");
    // Kubernetes tells pods where its API server is by this variable; outside there is none.
    const { KUBERNETES_SERVICE_HOST: _host, ...environment } = process.env;
    operator = spawn(process.execPath, [program, "operator", "--health-port", "18081"], {
      env: environment,
      stdio: ["ignore", "ignore", "inherit"],
    });
  });
  after(async () => {
    await fleet.remove();
    operator.kill();
    await once(operator, "close");
    await kubectl("apply", "--server-side", "--force-conflicts", "-f", join(import.meta.dirname, "../../../deploy"));
    await kubectl("rollout", "status", "deployment/proxyfleet", "-n", "proxyfleet-system", "--timeout=90s");
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
