import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Service } from "../../../src/kubernetes/objects.ts";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { namespaceObject } from "../../objects/namespace.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds, kubectl } from "../../stand-ins/api-server/crds.ts";
import { type Program, programPath, startProgram } from "../../stand-ins/api-server/program.ts";
import { LoadBalancer } from "../../stand-ins/cluster/load-balancer.ts";
import { fleet, pool } from "../samples.ts";
import { eventReasons, servicesOf } from "./fleet-objects.ts";
import { type RunningOperator, apply, startOperator } from "./operator.ts";

const current = "metallb.io/loadBalancerIPs";
const old = "metallb.universe.tf/loadBalancerIPs";
const oldMark = "metallb.universe.tf/ip-allocated-from-pool";
const fleetOf = (count: number) => fleet({ addresses: { count, pools: [{ name: "metallb-a" }] } });

/** The annotations by which a Service asks for its address. */
const asksWith = ({ metadata }: Service): readonly string[] =>
  [current, old].filter((key) => metadata.annotations?.[key] !== undefined);
const isServed = ({ status }: Service): boolean => (status?.loadBalancer?.ingress ?? []).length > 0;

/** Waits until so many Services of the fleet are served, and ask with these annotations. */
const served = async (server: ApiServer, count: number, keys: readonly string[]) =>
  waitFor(`${count} Services that ask with ${keys.join(", ")}`, async () => {
    const all = await servicesOf(server, "family");
    const isSo = (service: Service) =>
      isServed(service) && asksWith(service).join() === keys.join();
    return all.length === count && all.every(isSo) ? all : undefined;
  });

describe("with MetalLB as it is", () => {
  let server: ApiServer;
  let metallb: Program | undefined;
  let operator: RunningOperator | undefined;

  before(async () => {
    server = await ApiServer.start();
    await installCrds(server);
    const names = ["proxyfleet-system", "metallb-system"];
    await apply(server, ...names.map((name) => namespaceObject(name)));
    const crds = programPath("metallb-crds");
    await kubectl(server, ["apply", "--server-side", "-f", crds]);
    await kubectl(server, ["wait", "--for=condition=Established", "--timeout=60s", "-f", crds]);
    const folder = await mkdtemp(join(tmpdir(), "proxyfleet-metallb-"));
    removeAtExit(folder);
    await apply(server, "test/cluster/address-pool.yaml");
    operator = startOperator(server.kubeconfig, { leaderElection: false });
    await apply(server, pool({ addresses: ["203.0.113.0/26"] }), fleetOf(3));
    const flags = ["-namespace", "metallb-system", "-deployment", "controller"];
    const alone = ["-webhook-mode", "disabled", "-disable-cert-rotation"];
    process.env["METALLB_NAMESPACE"] = "metallb-system";
    metallb = startProgram(
      "metallb-controller",
      ["-kubeconfig", server.kubeconfig, ...flags, ...alone],
      folder,
    );
  });
  after(async () => {
    await metallb?.kill();
    await operator?.stop();
    await server?.stop();
  });

  test("each Service asks with the one annotation that it reads, and it warns of none", async () => {
    const services = await served(server, 3, [current]);
    for (const { metadata, status } of services) {
      const [{ ip } = {}] = status?.loadBalancer?.ingress ?? [];
      assert.equal(ip, metadata.annotations?.[current]);
      const reasons = await eventReasons(server, metadata.name);
      assert.ok(reasons.includes("IPAllocated"), String(reasons));
      assert.ok(!reasons.includes("deprecatedAnnotation"), String(reasons));
    }
  });
});

describe("with a MetalLB before 0.14.9", () => {
  let server: ApiServer;
  let balancer: LoadBalancer | undefined;
  let operator: RunningOperator | undefined;

  before(async () => {
    server = await ApiServer.start();
    await installCrds(server);
    await apply(server, namespaceObject("proxyfleet-system"));
    operator = startOperator(server.kubeconfig, { leaderElection: false });
    await apply(server, pool(), fleetOf(2));
    balancer = new LoadBalancer(server, ({ metadata }) => metadata.annotations?.[old]);
  });
  after(async () => {
    await balancer?.stop();
    await operator?.stop();
    await server?.stop();
  });

  const mark = async ({ metadata: { namespace = "", name } }: Service, key: string) =>
    server.patch(`/api/v1/namespaces/${namespace}/services/${name}`, {
      metadata: { annotations: { [key]: "proxyfleet" } },
    });

  test("Services ask with both, and with the old one once it has shown itself", async () => {
    for (const service of await served(server, 2, [current, old])) await mark(service, oldMark);
    await served(server, 2, [old]);
    await apply(server, fleetOf(3));
    await served(server, 3, [old]);
  });
});
