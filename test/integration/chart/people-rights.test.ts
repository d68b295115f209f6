import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { parseAllDocuments } from "yaml";
import {
  apiVersion,
  fleetLabel,
  managedBy,
  reportBlockedAnnotation,
} from "../../../src/api/names.ts";
import { bundleCommand } from "../../../src/cli/bundle.ts";
import { doctorCommand } from "../../../src/cli/doctor.ts";
import { ledgerCommand } from "../../../src/cli/ledger.ts";
import { planCommand } from "../../../src/cli/plan.ts";
import { reportCommand } from "../../../src/cli/report.ts";
import { shareCommand } from "../../../src/cli/share.ts";
import { peopleRights } from "../../../src/pulumi/chart/people-rights.ts";
import { defaultValues } from "../../../src/pulumi/chart/values.ts";
import { statusCommand } from "../../../src/cli/status.ts";
import type { Terminal } from "../../../src/cli/terminal/terminal.ts";
import { pageMaker } from "../../../src/share/page-maker.ts";
import { explainError } from "../../../src/values/errors.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { readPages } from "../../docs/blocks.ts";
import { podObject } from "../../objects/pod.ts";
import { poolObject } from "../../objects/address-pool.ts";
import { fleetObject } from "../../objects/fleet.ts";
import { entryObject } from "../../objects/ledger-entry.ts";
import { namespaceObject } from "../../objects/namespace.ts";
import { shareSecret } from "../../objects/share-secret.ts";
import { statusOutput } from "../../../src/cli/output/status.ts";
import { doctorOutput } from "../../../src/cli/output/doctor.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds, kubectl } from "../../stand-ins/api-server/crds.ts";
import { Administrator, commandsUnder } from "./administrator.ts";

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}
interface Role {
  readonly apiVersion: string;
  readonly kind: "Role" | "ClusterRole";
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules: readonly Rule[];
}

const page = "docs/rights.md";
const fleetPath = `/apis/${apiVersion}/namespaces/proxies/whatsappproxies/family`;
const key = { namespace: "proxies", name: "family" };

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await installCrds(server);
  await apply(
    namespaceObject("proxies"),
    namespaceObject("proxyfleet-system"),
    poolObject({ name: "pool-a" }),
    fleetObject(),
    shareSecret(key, [{ host: "203.0.113.9" }]),
    podObject({
      metadata: { labels: { ...managedBy, [fleetLabel]: "family" } },
      spec: { containers: [{ name: "proxy", image: "none" }], automountServiceAccountToken: false },
    }),
  );
  // A container whose log may be asked for, although no kubelet is there to answer.
  const container = { name: "proxy", image: "none", imageID: "", ready: true, restartCount: 0 };
  await server.patch("/api/v1/namespaces/proxies/pods/family-proxy-x/status", {
    status: { phase: "Running", containerStatuses: [container] },
  });
});
after(async () => server?.stop());

async function apply(...objects: readonly object[]): Promise<void> {
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  const { code, stderr } = await kubectl(server, ["apply", "-f", "-"], list);
  assert.equal(code, 0, stderr);
}

/** A user with these roles alone. */
async function userWith(name: string, roles: readonly Role[]): Promise<readonly string[]> {
  const bindings = roles.map(({ kind, metadata }) => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: `${kind}Binding`,
    metadata,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name: metadata.name },
    subjects: [{ kind: "User", name, apiGroup: "rbac.authorization.k8s.io" }],
  }));
  await apply(...roles, ...bindings);
  return ["--kubeconfig", server.kubeconfig, `--as=${name}`];
}

/** What a command writes. */
async function typed(
  command: (args: readonly string[], terminal: Terminal) => Promise<number>,
  args: readonly string[],
): Promise<string> {
  const written: string[] = [];
  const nothing = () => undefined;
  await command(args, {
    write: (text) => void written.push(text),
    say: nothing,
    isTerminal: false,
    columns: nothing,
    ask: undefined,
    env: {},
  });
  return written.join("");
}

type Command = (as: readonly string[]) => Promise<unknown>;

/** Each heading of the page, and what is typed with the rights below it. */
const commands: Record<string, readonly Command[]> = {
  "`plan`": [async (as) => planCommand(["proxies/family", ...as])],
  "`report`": [
    async (as) => {
      // One that nobody answered is not to be reported again.
      const annotations = { [reportBlockedAnnotation]: null };
      await server.patch(fleetPath, { metadata: { annotations } });
      const report = ["203.0.113.9", "--country=IR", "--fleet=family", "-n", "proxies"];
      await reportCommand([...report, ...as], () => undefined);
    },
  ],
  Links: [
    async (as) => {
      const said: string[] = [];
      const say = (line: string) => void said.push(line);
      const terminal = { print: () => undefined, say, isTerminal: false };
      const code = await shareCommand(["family", "-n", "proxies", ...as], terminal, pageMaker);
      assert.ok(code === 0 || said.length > 0);
      if (code !== 0) throw new Error(said.join("\n"));
    },
  ],
  "`status`, `why` and `history`": [
    async (as) => {
      const said = await typed(statusCommand, ["proxies/family", "-o", "json", ...as]);
      const { missingRights } = statusOutput.parse(JSON.parse(said));
      const ofPods = missingRights.filter((right) => /^\w+ pods/.test(right));
      assert.deepEqual(ofPods, [], `you may not: ${ofPods.join(", ")}`);
    },
  ],
  "`bundle`": [
    async (as) => {
      const file = join(mkdtempSync(join(tmpdir(), "proxyfleet-bundle-")), "a.zip");
      const said = await typed(bundleCommand, ["-n", "proxies", "-f", file, "-o", "json", ...as]);
      const { missingRights } = JSON.parse(said) as { readonly missingRights: readonly string[] };
      assert.deepEqual(missingRights, [], `you may not: ${missingRights.join(", ")}`);
    },
  ],
  "`doctor`": [
    async (as) => {
      const said = await typed(doctorCommand, ["-n", "proxies", "-o", "json", ...as]);
      const { findings } = doctorOutput.parse(JSON.parse(said));
      const unseen = findings.filter(
        ({ check, state, says }) =>
          says.includes("you may not") || (check === "Rights" && state !== "Ok"),
      );
      assert.deepEqual(unseen, [], "you may not look at all");
    },
  ],
  "`ledger`": [
    async (as) => ledgerCommand(["export", ...as], async () => ""),
    async (as) => {
      await server.call("DELETE", `/apis/${apiVersion}/proxyaddresses/ip-203-0-113-9`);
      await ledgerCommand(["import", "-", ...as], async () => JSON.stringify(entryObject()));
    },
  ],
};

/** Works, once the server knows the rights. */
async function works(command: Command, as: readonly string[]): Promise<void> {
  await waitFor("rights that suffice", async () => command(as).then(() => true));
}

/** Is refused for want of a right, once the server knows that it is missing. */
async function isRefused(command: Command, as: readonly string[]): Promise<void> {
  await waitFor("a refusal", async () =>
    command(as).then(
      () => false,
      (error: unknown) => /403 Forbidden|you may not/.test(explainError(error)),
    ),
  );
}

/**
 * No command fails here for want of these: evidence is extra, and nodes are looked at only where no
 * pool names its load balancer.
 */
const needless = new Set(["vantagepoints", "nodes"]);

/** The same roles, each time without one right on one kind, and that right in words. */
function* lessening(roles: readonly Role[]): Generator<readonly [string, readonly Role[]]> {
  for (const [which, role] of roles.entries())
    for (const [index, rule] of role.rules.entries())
      for (const kind of rule.resources.filter((name) => !needless.has(name)))
        for (const verb of rule.verbs) {
          const others = { ...rule, resources: rule.resources.filter((name) => name !== kind) };
          const kept = {
            ...rule,
            resources: [kind],
            verbs: rule.verbs.filter((one) => one !== verb),
          };
          const rest = [others, kept].filter(
            ({ resources, verbs }) => resources.length > 0 && verbs.length > 0,
          );
          const rules = role.rules.toSpliced(index, 1, ...rest);
          yield [`${verb} ${kind}`, roles.with(which, { ...role, rules })];
        }
}

describe("the rights on the page that each command needs", () => {
  for (const [heading, typed] of Object.entries(commands)) {
    const blocks = readPages()
      .find(({ path }) => path === page)!
      .blocks.filter((block) => block.heading === heading && block.language === "yaml");
    for (const [index, command] of typed.entries())
      test(`suffice, and none is too much: ${heading}, block ${index + 1}`, async () => {
        const documents = parseAllDocuments(blocks[index]!.text);
        const roles = documents.map((each) => each.toJS() as Role);
        const user = `${roles[0]!.metadata.name}-user`;
        const as = await userWith(user, roles);
        await works(command, as);
        for (const [right, fewer] of lessening(roles)) {
          await apply(...fewer);
          await isRefused(command, as).catch((cause: unknown) =>
            assert.fail(`it works without ${right}: ${String(cause)}`),
          );
        }
      });
  }
});

describe("the chart's roles for people", () => {
  const installation = {
    values: defaultValues,
    release: "proxyfleet",
    namespace: "proxyfleet-system",
    version: "0.1.0",
  };
  const typedUnder = (heading: string, at = 0) => commands[heading]![at]!;
  const [plan, report, share] = [typedUnder("`plan`"), typedUnder("`report`"), typedUnder("Links")];
  const [exporting, importing] = [typedUnder("`ledger`"), typedUnder("`ledger`", 1)];
  before(async () => apply(...peopleRights(installation)));
  beforeEach(async () => {
    await server.call("DELETE", `/apis/${apiVersion}/proxyaddresses/ip-203-0-113-9`);
  });

  const roles: Record<string, { may: readonly Command[]; mayNot: readonly Command[] }> = {
    viewer: { may: [plan, exporting], mayNot: [report, share, importing] },
    operator: { may: [plan, exporting, report], mayNot: [share, importing] },
    admin: { may: [plan, exporting, report, importing], mayNot: [share] },
  };
  for (const [role, { may, mayNot }] of Object.entries(roles))
    test(`give a ${role} its commands, and no others`, async () => {
      const name = `proxyfleet-${role}`;
      const binding = ["create", "clusterrolebinding", `of-${role}`, `--clusterrole=${name}`];
      assert.equal((await kubectl(server, [...binding, `--user=${role}`])).code, 0);
      const as = ["--kubeconfig", server.kubeconfig, `--as=${role}`];
      for (const command of may) await works(command, as);
      for (const command of mayNot) await isRefused(command, as);
    });

  test("are bound by the page's commands, in one namespace or in all", async () => {
    const administrator = new Administrator(server);
    for (const command of commandsUnder("Roles for people", page))
      await administrator.type(command);
    const as = (name: string) => ["--kubeconfig", server.kubeconfig, `--as=${name}`];
    await works(report, as("ann"));
    await isRefused(plan, as("ann"));
    await works(importing, as("bob"));
  });
});
