import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { Pod } from "../../../src/kubernetes/objects.ts";
import { makeCertificate } from "../../stand-ins/whatsapp/certificate.ts";
import { apply, read, tryKubectl } from "../stage/kubectl.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

const group = "metrics.k8s.io";
const version = "v1beta1";
const name = `${version}.${group}`;
const namespace = "kube-system";

/**
 * Plays the metrics server, which is no part of this cluster: it speaks the resource metrics API
 * (metrics.k8s.io/v1beta1) behind the API server's aggregation layer, as the real one does, and
 * says of every pod that it uses as much CPU as the test wants.
 */
export class MetricsApi {
  /** CPU that each pod uses now, as a Kubernetes quantity. */
  cpu = "1m";
  readonly #server: Server;

  static async start(): Promise<MetricsApi> {
    const { certificate, key } = await makeCertificate(new Date());
    const api = new MetricsApi(certificate, key);
    await api.#listen();
    await waitFor("the API server to serve metrics", async () => {
      const service = await read<{ status?: { conditions?: { type: string; status: string }[] } }>(
        "apiservice",
        name,
      );
      return service.status?.conditions?.some(
        ({ type, status }) => type === "Available" && status === "True",
      );
    });
    return api;
  }

  private constructor(cert: string, key: string) {
    this.#server = createServer({ cert, key }, (request, response) => {
      this.#answer(request.url ?? "")
        .then((body) =>
          response.setHeader("content-type", "application/json").end(JSON.stringify(body)),
        )
        .catch(() => response.writeHead(404).end());
    });
  }

  /** An API that is registered and does not answer would keep namespaces from being deleted. */
  async stop(): Promise<void> {
    await tryKubectl("delete", "apiservice", name, "--ignore-not-found");
    await tryKubectl(
      "delete",
      "service,endpointslice",
      "-n",
      namespace,
      "played-metrics",
      "--ignore-not-found",
    );
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #listen(): Promise<void> {
    const { items } = await read<{
      items: { status: { addresses: { type: string; address: string }[] } }[];
    }>("nodes");
    const address =
      items[0]?.status.addresses.find(({ type }) => type === "InternalIP")?.address ?? "";
    this.#server.listen(0, address);
    await once(this.#server, "listening");
    const { port } = this.#server.address() as AddressInfo;
    const metadata = { name: "played-metrics", namespace };
    await apply(
      {
        apiVersion: "v1",
        kind: "Service",
        metadata,
        spec: { ports: [{ port: 443, targetPort: port }] },
      },
      {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: { ...metadata, labels: { "kubernetes.io/service-name": metadata.name } },
        addressType: "IPv4",
        endpoints: [{ addresses: [address], conditions: { ready: true } }],
        ports: [{ name: "", port, protocol: "TCP" }],
      },
      {
        apiVersion: "apiregistration.k8s.io/v1",
        kind: "APIService",
        metadata: { name },
        spec: {
          group,
          version,
          groupPriorityMinimum: 100,
          versionPriority: 100,
          insecureSkipTLSVerify: true,
          service: metadata,
        },
      },
    );
  }

  async #answer(url: string): Promise<object> {
    const { pathname, searchParams } = new URL(url, "https://metrics");
    const [, namespaceAsked] =
      new RegExp(`^/apis/${group}/${version}/namespaces/([^/]+)/pods$`).exec(pathname) ?? [];
    if (namespaceAsked !== undefined)
      return this.#podMetrics(namespaceAsked, searchParams.get("labelSelector") ?? "");
    if (pathname !== `/apis/${group}/${version}`) throw new Error(`nothing at ${pathname}`);
    const pods = {
      name: "pods",
      singularName: "",
      namespaced: true,
      kind: "PodMetrics",
      verbs: ["get", "list"],
    };
    return {
      kind: "APIResourceList",
      apiVersion: "v1",
      groupVersion: `${group}/${version}`,
      resources: [pods],
    };
  }

  async #podMetrics(of: string, labelSelector: string): Promise<object> {
    const { items } = await read<{ items: Pod[] }>("pods", "-n", of, "-l", labelSelector);
    const timestamp = new Date().toISOString().replace(/\.\d+/, "");
    const containers = [{ name: "proxy", usage: { cpu: this.cpu, memory: "20Mi" } }];
    const metrics = items.map(({ metadata: { name: pod, labels } }) => ({
      metadata: { name: pod, namespace: of, labels },
      timestamp,
      window: "1s",
      containers,
    }));
    return {
      kind: "PodMetricsList",
      apiVersion: `${group}/${version}`,
      metadata: {},
      items: metrics,
    };
  }
}
