import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { parse } from "yaml";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { historyOutput } from "../../../src/cli/output/history.ts";
import { statusOutput } from "../../../src/cli/output/status.ts";
import { entriesOf, fleetPath, read } from "../operator/fleet-objects.ts";
import { apply } from "../operator/operator.ts";
import { Stage } from "./stage.ts";

let stage: Stage;
before(async () => {
  stage = await Stage.start();
  await stage.serve(["127.67.0.0/27"]);
});
after(async () => stage?.stop());

const live = async () => read<WhatsAppProxy>(stage.cluster.server, fleetPath("family"));
const entry = async (address: string) =>
  (await entriesOf(stage.cluster.server, "family")).find(({ spec }) => spec.address === address);

/** An address of the fleet that it wants for this, once there is one. */
async function addressOf(want: string): Promise<string> {
  return waitFor(`an address for ${want}`, async () => {
    const entries = await entriesOf(stage.cluster.server, "family");
    return entries.find(({ spec }) => spec.want === want)?.spec.address;
  });
}

test("commands of a person who runs fleets", async (t) => {
  await t.test("status shows all fleets, and one as a picture", async () => {
    const table = await stage.admin("status", "-A");
    assert.deepEqual([table.code, table.stderr], [0, ""]);
    assert.match(table.stdout, /^NAMESPACE +NAME +STATE/);
    assert.match(table.stdout, /\ndefault +family +\w+.* +2\/2 +\d\/\d/);
    const picture = await stage.admin("status", "family");
    assert.match(picture.stdout, /^default\/family {2}/);
    assert.match(picture.stdout, /\noperator running in proxyfleet-system\n/);
    assert.ok(picture.stdout.includes(`slot 1   served     ${await stage.published(1)}`));
    assert.match(picture.stdout, /\npool metallb-a {2}\[#+\.+\] {2}30 of 32 free, 2 serve/);
  });

  await t.test("status is for programs, too", async () => {
    const { stdout } = await stage.admin("status", "-A", "-o", "json");
    const { fleets, missingRights } = statusOutput.parse(JSON.parse(stdout));
    assert.deepEqual([fleets[0]?.slots.length, missingRights], [2, []]);
    const names = await stage.admin("status", "-o=name");
    assert.equal(names.stdout, "whatsappproxy.proxyfleet.dev/family\n");
    assert.match(
      (await stage.admin("status", "-o", "yaml")).stdout,
      /^operator:\n {2}state: Alive\n/,
    );
  });

  await t.test("a dry run writes nothing", async () => {
    const address = await stage.published(0);
    const before = await live();
    const ended = [
      await stage.admin("rotate", "family", "0", "--dry-run=server"),
      await stage.admin("pause", "family", "--dry-run=server"),
      await stage.admin("forget", address, "--dry-run=server"),
      await stage.admin("quarantine", address, "--dry-run=server"),
    ];
    for (const { code, stdout } of ended) {
      assert.equal(code, 0);
      assert.match(stdout, /\(server dry run\)\n$/);
    }
    const after = await live();
    assert.deepEqual(after?.metadata.annotations, before?.metadata.annotations);
    assert.equal(after?.spec.paused, before?.spec.paused);
    assert.equal((await entry(address))?.metadata.deletionTimestamp, undefined);
  });

  await t.test("rotate moves one slot", async () => {
    const [first, second] = [await stage.published(0), await stage.published(1)];
    await stage.keepSessions(second);
    const { code, stdout } = await stage.admin("rotate", "default/family", "1");
    assert.deepEqual([code, stdout], [0, "default/family: slot 1 will move\n"]);
    await waitFor("the slot to move", async () => (await stage.published(1)) !== second);
    assert.equal(await stage.published(0), first);
  });

  await t.test("quarantine ends a drain at once", async () => {
    const address = await addressOf("Drain");
    const refused = await stage.admin("quarantine", address);
    assert.deepEqual([refused.code, refused.stdout], [2, ""]);
    assert.match(
      refused.stderr,
      /its open sessions are cut\. Go on\? Nobody can be asked here: add --yes/,
    );
    const { code, stdout } = await stage.admin("quarantine", address, "--yes");
    assert.equal(code, 0);
    assert.match(stdout, /^the drain of .* of slot 1 of default\/family ends now/);
    const isDark = async () => (await entry(address))?.status.phase === "Quarantined";
    await waitFor("the address to be dark", isDark, { seconds: 120 });
    const again = await stage.admin("quarantine", address, "--yes");
    assert.match(again.stdout, /rests already, until /);
  });

  await t.test("quarantine moves the slot of an address that people use", async () => {
    const address = await stage.published(0);
    const { stdout } = await stage.admin("quarantine", address, "-y");
    assert.match(stdout, /^slot 0 of default\/family moves to a fresh address, and /);
    await waitFor("the slot to move", async () => (await stage.published(0)) !== address);
    await waitFor("it to drain", async () => (await entry(address))?.spec.want === "Drain");
  });

  await t.test("history tells of it", async () => {
    const { code, stdout } = await stage.admin("history", "family", "1");
    assert.equal(code, 0);
    const lines = stdout.trimEnd().split("\n");
    assert.match(lines[0] ?? "", /^TIME +SOURCE +WHAT +MESSAGE$/);
    assert.match(stdout, /Ledger +WentDark +slot 1: .* rests until .*\(Requested\)/);
    assert.match(stdout, /Event +Published +slot 1: /);
    assert.doesNotMatch(stdout, /slot 0: claimed/);
    const json = await stage.admin("history", "family", "-o", "json");
    const { items } = historyOutput.parse(JSON.parse(json.stdout));
    assert.ok(items.length > lines.length - 1);
  });

  await t.test("forget takes an address that rests out of the ledger", async () => {
    const address = await addressOf("Quarantine");
    const { code, stdout } = await stage.admin("forget", address, "--yes");
    assert.equal(code, 0);
    assert.match(stdout, /it is forgotten now, and may be used again\n$/);
    await waitFor("the entry to go", async () => (await entry(address)) === undefined);
    const gone = await stage.admin("forget", address, "--yes");
    assert.equal(gone.code, 1);
    assert.match(gone.stderr, /the ledger does not hold 127\.67\./);
  });

  await t.test("pause stops moves, and resume lets them go on", async () => {
    assert.equal((await stage.admin("pause", "family")).stdout, "default/family is paused\n");
    assert.equal((await live())?.spec.paused, true);
    assert.equal(
      (await stage.admin("pause", "family")).stdout,
      "default/family is paused already\n",
    );
    const address = await stage.published(0);
    const asked = await stage.admin("rotate", "family", "0");
    assert.match(asked.stderr, /it moves after kubectl proxyfleet resume family -n default/);
    const twice = await stage.admin("rotate", "family", "1");
    assert.equal(twice.code, 1);
    assert.match(twice.stderr, /has a request that is not carried out yet \("0@/);
    assert.equal((await stage.admin("resume", "family")).code, 0);
    await waitFor("the slot to move", async () => (await stage.published(0)) !== address);
  });

  await t.test("version tells of the program and of the cluster", async () => {
    const { code, stdout } = await stage.admin("version");
    assert.equal(code, 0);
    assert.match(stdout, /^proxyfleet development\noperator: none runs in pods\nKubernetes v1\./);
  });

  await t.test("a call that is wrong ends with 2, and says what to do", async () => {
    const calls: Record<string, { args: readonly string[]; code: number; message: RegExp }> = {
      "a flag that nobody knows": {
        args: ["status", "--wide"],
        code: 2,
        message: /see .*status --help/,
      },
      "a slot that is none": {
        args: ["rotate", "family", "x"],
        code: 2,
        message: /"x" is no slot/,
      },
      "a slot that the fleet lacks": {
        args: ["rotate", "family", "9"],
        code: 1,
        message: /has no slot 9/,
      },
      "a fleet that is not there": {
        args: ["why", "nobody"],
        code: 1,
        message: /there is no WhatsAppProxy nobody in namespace default/,
      },
      "an address that is none": {
        args: ["forget", "family", "-y"],
        code: 2,
        message: /"family" is no IP address/,
      },
    };
    for (const [name, { args, code, message }] of Object.entries(calls)) {
      const ended = await stage.admin(...args);
      assert.deepEqual([ended.code, ended.stdout], [code, ""], name);
      assert.match(ended.stderr, message, name);
    }
  });

  await t.test(
    "a viewer of one namespace sees what the fleet's status says, and what is missing",
    async () => {
      const view = {
        apiGroups: ["proxyfleet.dev"],
        resources: ["whatsappproxies"],
        verbs: ["get", "list"],
      };
      const viewer = await stage.person("viewer", [view]);
      const table = await viewer("status", "-n", "default");
      assert.match(table.stdout, /\nfamily +\w+.* +2\/2 /);
      const picture = await viewer("status", "family");
      assert.equal(picture.code, 0);
      assert.match(picture.stdout, /operator unknown: you may not read Leases/);
      assert.match(picture.stdout, /You have no right to:\n[^]*list pods in namespace default\n/);
      const paused = await viewer("pause", "family");
      assert.equal(paused.code, 1);
      assert.match(
        paused.stderr,
        /you have no right to patch whatsappproxies\.proxyfleet\.dev in namespace default\. Ask an admin/,
      );
      const all = await viewer("status", "-A");
      assert.match(
        all.stderr,
        /no right to list whatsappproxies\.proxyfleet\.dev in all namespaces/,
      );
      const forgotten = await viewer("forget", "127.67.0.1", "--yes");
      assert.match(
        forgotten.stderr,
        /no right to get proxyaddresses\.proxyfleet\.dev in all namespaces/,
      );
    },
  );

  await t.test("the role in the docs is all that a viewer needs", async () => {
    const viewer = await stage.person("seer", []);
    await apply(stage.cluster.server, ...documentedRole("seer"));
    const { stdout } = await viewer("status", "family", "-o", "json");
    const { missingRights, operator } = statusOutput.parse(JSON.parse(stdout));
    // Sessions and traffic alone need more: that right opens every port of every pod.
    assert.deepEqual(missingRights, ["get pods/proxy in namespace default"]);
    assert.equal(operator.state, "Alive");
  });
});

/** The ClusterRole of docs/commands.md, for an account of the namespace `default`. */
function documentedRole(account: string): readonly object[] {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/commands.md"), "utf8");
  const role = parse(/```yaml\n([^]*?)```/.exec(page)?.[1] ?? "") as { metadata: { name: string } };
  const apiGroup = "rbac.authorization.k8s.io";
  const binding = {
    apiVersion: `${apiGroup}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name: account },
    subjects: [{ kind: "ServiceAccount", name: account, namespace: "default" }],
    roleRef: { apiGroup, kind: "ClusterRole", name: role.metadata.name },
  };
  return [role, binding];
}
