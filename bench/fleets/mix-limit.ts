import { addresses, fleets, pools } from "../../src/api/resources.ts";
import { Agent, request } from "undici";
import {
  pods,
  podDisruptionBudgets,
  networkPolicies,
  secrets,
  services,
  deployments,
} from "../../src/kubernetes/builtin.ts";
import {
  type Resource,
  apiVersionOf,
  collectionPath,
  objectPath,
  resource,
} from "../../src/kubernetes/resource.ts";
import type { KubeObject } from "../../src/kubernetes/objects.ts";
import type { ApiServer } from "../../test/stand-ins/api-server/api-server.ts";
import { type Counts, resourceOf } from "./counted-requests.ts";

const events: Resource<KubeObject> = resource({
  group: "events.k8s.io",
  version: "v1",
  kind: "Event",
  plural: "events",
  scope: "Namespaced",
});
const ours = [fleets, addresses, pools];
const kinds: readonly Resource<KubeObject>[] = [
  ...ours,
  pods,
  secrets,
  services,
  deployments,
  podDisruptionBudgets,
  networkPolicies,
  events,
];

/**
 * A kind of write, how often it comes, and what it is made from: an object that the run has left
 * behind.
 */
interface Write {
  readonly resource: Resource<KubeObject>;
  readonly what: "create" | "change" | "status";
  readonly weight: number;
  readonly model: Live;
}

type Live = KubeObject & {
  readonly spec?: Record<string, unknown>;
  readonly status?: Record<string, unknown>;
};

/**
 * How many writes a second the server takes of the same mix of kinds as in the run before, in a
 * closed loop: each worker sends its next write when the last one was answered. Copies of objects
 * that the run has left are created and changed. Nobody else may be at work.
 * @param counts writes of the run by verb and resource: what is rarer than one in a thousand is
 * left out
 * @param seconds how long each number of workers is tried
 * @returns writes a second for the best number of workers
 */
export async function mixLimit(
  server: ApiServer,
  counts: Counts,
  seconds: number,
): Promise<{ readonly perSecond: number; readonly workers: number }> {
  const mix = await readMix(server, counts);
  const tries = [];
  for (const workers of [8, 16, 32])
    tries.push({
      workers,
      perSecond: await new Loop(server, mix, `mix-${workers}`).run(workers, seconds),
    });
  return tries.reduce((best, each) => (each.perSecond > best.perSecond ? each : best));
}

async function readMix(server: ApiServer, counts: Counts): Promise<readonly Write[]> {
  const sum = [...counts.values()].reduce((a, b) => a + b, 0);
  const usual = [...counts].filter(([, count]) => count > sum / 1000);
  return Promise.all(
    usual.map(async ([key, count]) => {
      const [plural = "", subresource] = resourceOf(key).split("/");
      const of = kinds.find((each) => each.plural === plural);
      if (of === undefined) throw new Error(`the bench has no model of ${key}`);
      const what = whatIs(key, subresource);
      return { resource: of, what, weight: count / sum, model: await modelOf(server, of) } as const;
    }),
  );
}

function whatIs(key: string, subresource: string | undefined): Write["what"] {
  if (key.startsWith("create ")) return "create";
  return subresource === "status" ? "status" : "change";
}

async function modelOf(server: ApiServer, of: Resource<KubeObject>): Promise<Live> {
  const { body } = await server.call("GET", `${collectionPath(of)}?limit=500`);
  const [first] = (body["items"] as Live[]).filter(
    ({ metadata }) => of !== services || metadata.name !== "kubernetes",
  );
  if (first === undefined) throw new Error(`the run has left no ${of.kind}`);
  return { ...first, apiVersion: apiVersionOf(of), kind: of.kind };
}

/** Writes in the proportions of a mix: the kind that lags behind most comes next. */
class Loop {
  readonly #server: ApiServer;
  readonly #mix: readonly Write[];
  readonly #prefix: string;
  readonly #agent: Agent;
  readonly #sent: number[];
  readonly #made = new Map<string, string[]>();
  #written = 0;

  constructor(server: ApiServer, mix: readonly Write[], prefix: string) {
    this.#server = server;
    this.#mix = mix;
    this.#prefix = prefix;
    this.#sent = mix.map(() => 0);
    this.#agent = new Agent({ connect: { ca: server.ca }, allowH2: true, connections: 1 });
  }

  async run(workers: number, seconds: number): Promise<number> {
    for (const { model, resource: of } of this.#mix)
      if (!this.#made.has(of.plural)) await this.#create(of, model);
    const began = performance.now();
    const endsAt = began + seconds * 1000;
    this.#written = 0;
    const work = async (): Promise<void> => {
      while (performance.now() < endsAt) await this.#next();
    };
    await Promise.all(Array.from({ length: workers }, work));
    const perSecond = (this.#written * 1000) / (performance.now() - began);
    await this.#agent.destroy();
    return perSecond;
  }

  async #next(): Promise<void> {
    const total = this.#sent.reduce((a, b) => a + b, 1);
    const lag = this.#mix.map(({ weight }, index) => weight * total - (this.#sent[index] ?? 0));
    const index = lag.indexOf(Math.max(...lag));
    const write = this.#mix[index];
    if (write === undefined) return;
    this.#sent[index] = (this.#sent[index] ?? 0) + 1;
    if (write.what === "create") await this.#create(write.resource, write.model);
    else await this.#change(write);
    this.#written++;
  }

  async #create(of: Resource<KubeObject>, model: Live): Promise<void> {
    const names = this.#made.get(of.plural) ?? [];
    this.#made.set(of.plural, names);
    const name = `${of === addresses ? "ip-" : ""}${this.#prefix}-${names.length}-${Math.floor(Math.random() * 1e9)}`;
    await this.#send("POST", collectionPath(of, model.metadata.namespace), copyOf(of, model, name));
    names.push(name);
  }

  async #change({ resource: of, model, what }: Write): Promise<void> {
    const names = this.#made.get(of.plural) ?? [];
    const name = names[Math.floor(Math.random() * names.length)] ?? "";
    const { apiVersion, kind } = model;
    const metadata = {
      name,
      ...(model.metadata.namespace === undefined ? {} : { namespace: model.metadata.namespace }),
    };
    const text = `change ${this.#written}`;
    const body =
      what === "status"
        ? { apiVersion, kind, metadata, status: changedStatus(of, model, this.#written) }
        : {
            apiVersion,
            kind,
            metadata: { ...metadata, annotations: { "proxyfleet.dev/bench": text } },
          };
    await this.#send(
      "PATCH",
      `${objectPath(of, metadata, what === "status" ? "status" : undefined)}?fieldManager=mix&force=true`,
      body,
    );
  }

  async #send(method: "POST" | "PATCH", path: string, body: object): Promise<void> {
    const { statusCode, body: answer } = await request(this.#server.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.#server.token}`,
        "content-type": method === "PATCH" ? "application/apply-patch+yaml" : "application/json",
      },
      body: JSON.stringify(body),
      dispatcher: this.#agent,
    });
    const text = await answer.text();
    if (statusCode >= 300)
      throw new Error(
        `the server refused a write of the bench with ${statusCode}: ${path} ${text}`,
      );
  }
}

/** The same object under another name, without what the server gives. */
function copyOf(
  of: Resource<KubeObject>,
  { apiVersion, kind, metadata, ...rest }: Live,
  name: string,
): object {
  const { namespace, labels, annotations } = metadata;
  const { status: _status, ...content } = rest;
  const { clusterIP: _ip, clusterIPs: _ips, healthCheckNodePort: _port, ...spec } = rest.spec ?? {};
  return {
    ...content,
    apiVersion,
    kind,
    metadata: { name, namespace, labels, annotations },
    ...(rest.spec === undefined ? {} : { spec: of === services ? spec : rest.spec }),
  };
}

/** The model's status with one more difference each time. */
function changedStatus(
  of: Resource<KubeObject>,
  { status = {} }: Live,
  n: number,
): Record<string, unknown> {
  if (of === services)
    return { loadBalancer: { ingress: [{ ip: `127.65.${(n >> 8) & 255}.${n & 255}` }] } };
  if (of === pods) return { ...status, message: `change ${n}` };
  if (of === deployments) return { ...status, observedGeneration: n };
  const conditions = (status["conditions"] ?? []) as { message: string }[];
  return { ...status, conditions: conditions.map((each) => ({ ...each, message: `change ${n}` })) };
}
