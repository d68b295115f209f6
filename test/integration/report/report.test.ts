import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import { reportBlockedAnnotation } from "../../../src/api/names.ts";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import type { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { FakeCluster } from "../../stand-ins/cluster/fake-cluster.ts";
import { dataPlanePorts } from "../../stand-ins/cluster/fake-data-plane.ts";
import type { OperatorProcess } from "../../stand-ins/operator/operator-process.ts";
import { conditionOf, fleetPath, read } from "../operator/fleet-objects.ts";
import { apply, kubeconfigOf } from "../operator/operator.ts";
import { fleet, pool } from "../samples.ts";

const run = promisify(execFile);
const program = join(import.meta.dirname, "../../../src/main.ts");

let cluster: FakeCluster;
let server: ApiServer;
let operator: OperatorProcess;

before(async () => {
  cluster = await FakeCluster.start();
  ({ server } = cluster);
  operator = cluster.runOperator();
});
after(async () => cluster.stop());

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Types `proxyfleet report` with these arguments. */
async function report(kubeconfig: string, ...args: readonly string[]): Promise<Ended> {
  const command = [program, "report", ...args, "--kubeconfig", kubeconfig];
  try {
    return { code: 0, ...(await run(process.execPath, command)) };
  } catch (error) {
    return error as Ended;
  }
}

const admin = async (...args: readonly string[]) => report(server.kubeconfig, ...args);

async function live(): Promise<WhatsAppProxy> {
  const found = await read<WhatsAppProxy>(server, fleetPath("family"));
  assert.ok(found, "the fleet is gone");
  return found;
}

async function published(slot: number): Promise<string> {
  const { status } = await live();
  const { address } = status.slots?.find((one) => one.slot === slot) ?? {};
  assert.ok(address, `slot ${slot} has no address`);
  return address;
}

const annotation = async () => (await live()).metadata.annotations?.[reportBlockedAnnotation];

test("proxyfleet report moves a group whose address is blocked, or says why not", async (t) => {
  const listeners = { chat: { port: dataPlanePorts.chat }, media: { port: dataPlanePorts.media } };
  const addresses = { count: 4, pools: [{ name: "metallb-a" }] };
  const rotation = { maxAge: "0s" };
  const audience = { countries: ["IR"] };
  await apply(
    server,
    pool({ addresses: ["127.66.0.0/28"] }),
    fleet({ listeners, rotation, addresses, audience }),
  );
  await waitFor("all groups to have an address", async () => {
    const said = await conditionOf(server, "family", "Ready");
    return said?.startsWith("True ");
  });

  await t.test("it says where the group has moved to", async () => {
    const address = await published(1);
    const { code, stdout, stderr } = await admin(
      address,
      "--country=ir",
      "--reason=two networks",
      "--wait",
    );
    assert.deepEqual([code, stderr], [0, ""]);
    const to = await published(1);
    assert.notEqual(to, address);
    const [first, second] = stdout.split("\n");
    assert.equal(
      first,
      `reported: ${address} is blocked in Iran (slot 1 of WhatsAppProxy default/family)`,
    );
    assert.match(second ?? "", new RegExp(`^slot 1 has moved: its people use ${to} from now on`));
    assert.match((await annotation()) ?? "", new RegExp(`^${address} IR two networks 20\\d\\d-`));
  });

  await t.test("the same report a second time is a new one, and says the same", async () => {
    const before = await annotation();
    const [address = ""] = before?.split(" ") ?? [];
    const { code, stdout } = await admin(address, "--country", "IR", "--wait");
    assert.equal(code, 0);
    assert.notEqual(await annotation(), before);
    assert.match(stdout, /slot 1 has moved/);
  });

  await t.test("it gives the operator's reason for a refusal", async () => {
    const where = ["--fleet=family", "--namespace=default"];
    const { code, stderr } = await admin("203.0.113.99", "--country=IR", ...where, "--wait");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^proxyfleet: the report was refused: .*names 203\.0\.113\.99, which is none of this fleet's addresses/,
    );
  });

  await t.test("it writes nothing where nobody would move, and says what to type", async () => {
    const before = await annotation();
    const address = await published(0);
    const calls: Record<string, { args: readonly string[]; message: RegExp }> = {
      "an address of nobody": {
        args: ["203.0.113.99", "--country", "IR"],
        message: /no fleet's people use 203\.0\.113\.99/,
      },
      "a country that the fleet is not for": {
        args: [address, "--country", "IE"],
        message: /--country "IE": WhatsAppProxy default\/family is for IR alone/,
      },
      "a fleet that is not there": {
        args: [address, "--country=IR", "--fleet=nobody"],
        message: /there is no WhatsAppProxy nobody in any namespace/,
      },
      "a fleet that is not in the namespace": {
        args: [address, "--country=IR", "--fleet=family", "-n", "elsewhere"],
        message: /there is no WhatsAppProxy elsewhere\/family/,
      },
      "two addresses": {
        args: [address, "203.0.113.9", "--country=IR"],
        message: /one address at a time: see proxyfleet report --help/,
      },
      "an unknown flag": { args: [address, "--land=IR"], message: /unknown or incomplete flag/ },
      "a time-out that is none": {
        args: [address, "--country=IR", "--timeout=soon"],
        message: /--timeout: "soon" is no duration/,
      },
    };
    for (const [name, { args, message }] of Object.entries(calls)) {
      const { code, stdout, stderr } = await admin(...args);
      assert.deepEqual([code, stdout], [1, ""], name);
      assert.match(stderr, message, name);
    }
    assert.equal(await annotation(), before);
  });

  await t.test("--help says how to call it", async () => {
    const { code, stdout } = await admin("--help");
    assert.equal(code, 0);
    assert.match(stdout, /^Usage: proxyfleet report ADDRESS --country CODE/);
  });

  await t.test("it says so where the group stays, and why", async () => {
    await server.patch(fleetPath("family"), { spec: { paused: true } });
    const { code, stdout, stderr } = await admin(await published(2), "--country=IR", "--wait");
    assert.equal(code, 1);
    assert.match(stdout, /^reported: /);
    assert.match(stderr, /counts as blocked, but is not moved now: slot 2: .*spec\.paused is true/);
  });

  await t.test("a person with rights in one namespace names it, and may report there", async () => {
    const folder = await mkdtemp(join(tmpdir(), "proxyfleet-report-"));
    removeAtExit(folder);
    await apply(server, ...rightsOfReporter());
    const who = { namespace: "default", account: "reporter" };
    const kubeconfig = await kubeconfigOf(server, who, join(folder, "kubeconfig"));
    const address = await published(3);
    const everywhere = await report(kubeconfig, address, "--country=IR");
    assert.equal(everywhere.code, 1);
    assert.match(everywhere.stderr, /you may not look through all namespaces: name yours with -n/);
    const { code, stdout } = await report(kubeconfig, address, "--country=IR", "-n", "default");
    assert.deepEqual([code, stdout.startsWith("reported: ")], [0, true]);
    const other = ["203.0.113.99", "--country=IR", "--fleet=family", "-n", "default", "--wait"];
    const unread = await report(kubeconfig, ...other);
    assert.match(unread.stderr, /refused: kubectl describe wap family -n default says why/);
  });

  await t.test("without an operator, it says that nobody has answered", async () => {
    operator.kill();
    await operator.gone();
    const address = await published(0);
    const { code, stderr } = await admin(address, "--country=IR", "--wait", "--timeout=1s");
    assert.equal(code, 1);
    assert.match(stderr, /the operator has not answered within 1s\. The report stays/);
  });
});

/** The least that a person needs: no Events, and no other namespace. */
function rightsOfReporter(): readonly object[] {
  const metadata = { name: "reporter", namespace: "default" };
  const apiGroup = "rbac.authorization.k8s.io";
  const apiVersion = `${apiGroup}/v1`;
  const rules = [
    {
      apiGroups: ["proxyfleet.dev"],
      resources: ["whatsappproxies"],
      verbs: ["get", "list", "patch"],
    },
  ];
  const subjects = [{ kind: "ServiceAccount", ...metadata }];
  const roleRef = { apiGroup, kind: "Role", name: "reporter" };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    { apiVersion, kind: "Role", metadata, rules },
    { apiVersion, kind: "RoleBinding", metadata, subjects, roleRef },
  ];
}
