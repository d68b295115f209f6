import { childName, fleetLabel } from "../../../../src/api/names.ts";
import { pods, secrets } from "../../../../src/kubernetes/builtin.ts";
import type { Pod, Secret } from "../../../../src/kubernetes/objects.ts";
import { PodStatusError } from "../../../../src/pods/io/status-reader.ts";
import type { PodStatus } from "../../../../src/pods/status.ts";
import type { SimulatedApiServer } from "../../../../src/simulator/server/server.ts";

/** What a pod's supervisor has loaded of lanes.json. */
interface LanesFile {
  readonly revision: string;
  readonly maxConnections: number;
  readonly servers?: { readonly chat?: readonly unknown[]; readonly media?: readonly unknown[] };
  readonly open: readonly {
    readonly lane: number;
    readonly address: string;
    readonly uid: string;
    readonly certificateSHA256: string;
  }[];
}

/** Open sessions of a lane, while nobody says otherwise. */
const usualSessions = 3;

/**
 * The supervisors in all proxy pods. At each `step` each ready pod loads its fleet's Secret as it
 * is then, unless it is stuck.
 */
export class SimulatedSupervisors {
  /** Names of pods that load nothing new. */
  readonly stuck = new Set<string>();
  /** Names of pods that don't answer. They serve all the same. */
  readonly silent = new Set<string>();
  /** What HAProxy said of a configuration that it refused, by pod. */
  readonly refused = new Map<string, string>();
  readonly #server: SimulatedApiServer;
  readonly #elapsedMs: () => number;
  readonly #loaded = new Map<string, LanesFile>();
  /** When each pod's supervisor began, by a clock that never jumps (ms). */
  readonly #began = new Map<string, number>();
  readonly #sessions = new Map<string, number>();

  constructor(server: SimulatedApiServer, elapsedMs: () => number) {
    this.#server = server;
    this.#elapsedMs = elapsedMs;
    server.onChange(({ type, after }) => {
      if (type !== "DELETED") return;
      this.#loaded.delete(after.metadata.uid);
      this.#began.delete(after.metadata.uid);
    });
  }

  /** The kubelets bring what is in the Secrets now. */
  step(): void {
    for (const pod of this.#server.list(pods)) {
      const { name, namespace, labels, uid } = pod.metadata;
      if (!this.#began.has(uid)) this.#began.set(uid, this.#elapsedMs());
      if (this.stuck.has(name) || this.refused.has(name)) continue;
      const fleet = labels?.[fleetLabel];
      if (fleet === undefined) continue;
      const secret = this.#server.get(secrets, { namespace, name: childName(fleet) });
      const file = secret === undefined ? undefined : lanesOf(secret);
      if (file !== undefined) this.#loaded.set(uid, file);
    }
  }

  /** Phones hang up: the lane of this ledger entry has so many open sessions in each pod now. */
  setSessions(entry: string, count: number): void {
    this.#sessions.set(entry, count);
  }

  /** The answer to a pod's /status. It fits the operator's reader. @throws PodStatusError */
  readonly read = async (pod: Pod): Promise<PodStatus> => {
    const file = this.loadedBy(pod);
    const { name, uid = "" } = pod.metadata;
    const uptimeMs = this.#elapsedMs() - (this.#began.get(uid) ?? this.#elapsedMs());
    if (file === undefined || this.silent.has(name))
      throw new PodStatusError(`pod ${name} does not say what it has loaded`);
    const message = this.refused.get(name);
    return {
      revision: file.revision,
      ...(message === undefined ? {} : { refused: { revision: "newer", message } }),
      uptimeSeconds: Math.floor(uptimeMs / 1_000),
      maxConnections: { wanted: file.maxConnections, granted: file.maxConnections },
      upstreams: upstreamsOf(file),
      lanes: file.open.map(({ lane, address, certificateSHA256 }) => ({
        lane,
        open: true,
        address,
        certificateSHA256,
        sessions: this.#sessions.get(address) ?? usualSessions,
      })),
    };
  };

  /** What a pod has loaded; undefined before its first configuration. */
  loadedBy({ metadata: { uid = "" } }: Pod): LanesFile | undefined {
    return this.#loaded.get(uid);
  }
}

const files = new WeakMap<object, LanesFile>();

function lanesOf({ data }: Secret): LanesFile | undefined {
  const encoded = data?.["lanes.json"];
  if (data === undefined || encoded === undefined) return undefined;
  const known = files.get(data);
  if (known !== undefined) return known;
  const file = JSON.parse(Buffer.from(encoded, "base64").toString("utf8")) as LanesFile;
  files.set(data, file);
  return file;
}

/** All servers answer. */
function upstreamsOf({ servers = {} }: LanesFile): NonNullable<PodStatus["upstreams"]> {
  return (["chat", "media"] as const).flatMap((group) =>
    (servers[group] ?? []).map((_, place) => ({
      group,
      name: `${group}-${place}`,
      up: 1,
      total: 1,
      since: "2026-11-01T00:00:00Z",
    })),
  );
}
