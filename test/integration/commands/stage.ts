import { execFile } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import type { Pod } from "../../../src/kubernetes/objects.ts";
import type { PodStatus } from "../../../src/pods/status.ts";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { FakeCluster } from "../../stand-ins/cluster/fake-cluster.ts";
import { dataPlanePorts } from "../../stand-ins/cluster/fake-data-plane.ts";
import type { OperatorProcess } from "../../stand-ins/operator/operator-process.ts";
import { conditionOf, entriesOf, fleetPath, read } from "../operator/fleet-objects.ts";
import { apply, kubeconfigOf, list } from "../operator/operator.ts";
import { fleet, pool } from "../samples.ts";

const run = promisify(execFile);
const program = join(import.meta.dirname, "../../../src/main.ts");

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A cluster with an operator, and people who type commands there. */
export class Stage {
  readonly cluster: FakeCluster;
  readonly operator: OperatorProcess;

  private constructor(cluster: FakeCluster) {
    this.cluster = cluster;
    // What is said of the operator is read from its Lease.
    this.operator = cluster.runOperator(["--leader-election=true"]);
  }

  static async start(): Promise<Stage> {
    return new Stage(await FakeCluster.start());
  }

  async stop(): Promise<void> {
    await this.cluster.stop();
  }

  /** A fleet of two slots for people in Iran, once all of them are served. */
  async serve(addresses: readonly string[], spec: Record<string, unknown> = {}): Promise<void> {
    const listeners = {
      chat: { port: dataPlanePorts.chat },
      media: { port: dataPlanePorts.media },
    };
    await apply(
      this.cluster.server,
      pool({ addresses }),
      fleet({
        listeners,
        rotation: { maxAge: "0s" },
        addresses: { count: 2, pools: [{ name: "metallb-a" }] },
        audience: { countries: ["IR"] },
        ...spec,
      }),
    );
    await waitFor("all groups to have an address", async () => {
      const said = await conditionOf(this.cluster.server, "family", "Ready");
      return said?.startsWith("True ");
    });
  }

  /** Lets people stay connected to an address: its drain does not end by itself then. */
  async keepSessions(address: string): Promise<void> {
    const { server, controllers } = this.cluster;
    const entry = (await entriesOf(server, "family")).find(({ spec }) => spec.address === address);
    const pods = (await list(server, "/api/v1/namespaces/default/pods")) as unknown as Pod[];
    const reported = (): PodStatus | undefined => {
      const status = controllers.loadedBy({ namespace: "default", name: "family-proxy" });
      const lanes = status?.lanes.map((lane) =>
        lane.lane === entry?.spec.lane
          ? { ...lane, address: entry.metadata.name, sessions: 3 }
          : lane,
      );
      return status === undefined || lanes === undefined ? status : { ...status, lanes };
    };
    for (const { status } of pods) controllers.supervisors.set(status?.podIP ?? "", reported);
  }

  /** Types a command as the admin of the cluster. */
  async admin(...args: readonly string[]): Promise<Ended> {
    return typeCommand(this.cluster.server.kubeconfig, args);
  }

  /** A person who may do this in the namespace `default`, and nothing else. */
  async person(name: string, rules: readonly object[]) {
    const folder = await mkdtemp(join(tmpdir(), "proxyfleet-commands-"));
    removeAtExit(folder);
    await apply(this.cluster.server, ...rightsOf(name, rules));
    const who = { namespace: "default", account: name };
    const file = await kubeconfigOf(this.cluster.server, who, join(folder, "kubeconfig"));
    return async (...args: readonly string[]): Promise<Ended> => typeCommand(file, args);
  }

  /** The address that people of a slot use. */
  async published(slot: number): Promise<string> {
    const live = await read<WhatsAppProxy>(this.cluster.server, fleetPath("family"));
    const found = live?.status.slots?.find((one) => one.slot === slot)?.address;
    if (found === undefined) throw new Error(`slot ${slot} has no address`);
    return found;
  }
}

/** Types a command, with the rights of a kubeconfig. */
export async function typeCommand(kubeconfig: string, args: readonly string[]): Promise<Ended> {
  const command = [program, ...args, "--kubeconfig", kubeconfig];
  try {
    return { code: 0, ...(await run(process.execPath, command)) };
  } catch (error) {
    return error as Ended;
  }
}

function rightsOf(name: string, rules: readonly object[]): readonly object[] {
  const metadata = { name, namespace: "default" };
  const apiGroup = "rbac.authorization.k8s.io";
  const apiVersion = `${apiGroup}/v1`;
  const subjects = [{ kind: "ServiceAccount", ...metadata }];
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    { apiVersion, kind: "Role", metadata, rules },
    {
      apiVersion,
      kind: "RoleBinding",
      metadata,
      subjects,
      roleRef: { apiGroup, kind: "Role", name },
    },
  ];
}
