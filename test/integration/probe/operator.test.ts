import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { connect } from "node:tls";
import type { ProxyAddress } from "../../../src/api/proxy-address.ts";
import type { VantagePoint } from "../../../src/api/vantage-point.ts";
import { pinOf } from "../../../src/ingestion/io/own-certificate.ts";
import { encodeBase32 } from "../../../src/probe/base32.ts";
import { type AgentOptions, runAgent } from "../../../src/probe/io/agent.ts";
import { MemoryFile } from "../../../src/probe/io/memory-file.ts";
import { stepLimits } from "../../../src/probe/io/test-port.ts";
import type { ProbeLine } from "../../../src/probe/line.ts";
import { instant } from "../../../src/values/time.ts";
import { freePorts } from "../../../tooling/free-ports.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { rendered } from "../../chart/rendered.ts";
import { namespaceObject } from "../../objects/namespace.ts";
import type { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { FakeCluster, inCluster } from "../../stand-ins/cluster/fake-cluster.ts";
import { dataPlanePorts } from "../../stand-ins/cluster/fake-data-plane.ts";
import { OperatorProcess } from "../../stand-ins/operator/operator-process.ts";
import { type OwnCertificate, makeCertificate } from "../../stand-ins/whatsapp/certificate.ts";
import { apply, kubeconfigOf, list } from "../operator/operator.ts";
import { collectionOf, fleet, ledgerEntry, pool, vantagePoint } from "../samples.ts";
import { exchange, request, statusOf } from "./endpoint.ts";
import { type Running, tlsServer } from "./servers.ts";

const home = "proxyfleet-system";
const name = "volunteer";
const token = encodeBase32(Buffer.alloc(20, 7));
const secretsPath = `/api/v1/namespaces/${home}/secrets`;
const leasePath = `/apis/coordination.k8s.io/v1/namespaces/${home}/leases/proxyfleet`;
const vantagePath = `${collectionOf(vantagePoint())}/${name}`;

/** One process of the operator, and its port for agents. */
interface Replica {
  readonly process: OperatorProcess;
  readonly port: number;
}

let cluster: FakeCluster;
let server: ApiServer;
let folder = "";
let abroad: Running & { readonly certificate: OwnCertificate };
const replicas: Replica[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "proxyfleet-agents-"));
  cluster = await FakeCluster.start();
  ({ server } = cluster);
  abroad = await tlsServer(
    (socket) => void socket.resume(),
    await makeCertificate(new Date(), ["localhost"]),
  );
  await apply(server, namespaceObject(home), ...(await rights()));
  const kubeconfig = await kubeconfigOf(
    server,
    { namespace: home, account: "proxyfleet" },
    join(folder, "kubeconfig"),
  );
  for (const port of await freePorts(2)) replicas.push(replica(kubeconfig, port));
});
after(async () => {
  for (const { process } of replicas) process.kill();
  for (const { process } of replicas) await process.gone();
  abroad?.close();
  await cluster?.stop();
  await rm(folder, { recursive: true });
});

/** What the chart gives to an operator of one namespace that serves agents. */
async function rights(): Promise<readonly object[]> {
  const values = { watchNamespaces: ["default"], crds: { enabled: false } };
  const all = await rendered({ ...values, ingestion: { enabled: true } });
  return all.filter(({ kind }) => /^(ServiceAccount|(Cluster)?Role(Binding)?)$/.test(kind));
}

function replica(kubeconfig: string, port: number): Replica {
  const environment = {
    ...inCluster,
    INGESTION_PORT: String(port),
    INGESTION_ELSEWHERE: `localhost:${String(abroad.port)}`,
    POD_IP: "127.0.0.1",
  };
  const flags = ["--leader-election=true", "--watch-namespaces=default"];
  return { process: new OperatorProcess(kubeconfig, environment, flags), port };
}

/** The replica that leads, and one that does not. */
async function byRole(): Promise<{ readonly leading: Replica; readonly other: Replica }> {
  return waitFor("a leader", async () => {
    const { spec } = (await server.call("GET", leasePath)).body as {
      spec?: { holderIdentity?: string };
    };
    const at = Number(spec?.holderIdentity?.split(":").at(-1));
    const leading = replicas.find(({ port }) => port === at);
    const other = replicas.find(({ port }) => port !== at);
    return leading !== undefined && other !== undefined ? { leading, other } : undefined;
  });
}

/** What agents know the operator by, from the Secret as an admin reads it. */
async function lineFor({ port }: Replica): Promise<ProbeLine> {
  const cert = await waitFor("the certificate", async () => {
    const { code, body } = await server.call("GET", `${secretsPath}/proxyfleet-ingestion`);
    const { data } = body as { data?: Record<string, string> };
    return code === 200 ? Buffer.from(data?.["tls.crt"] ?? "", "base64").toString() : undefined;
  });
  const trust = { kind: "Key", sha256: pinOf({ cert }) } as const;
  return { token, trust, endpoints: [{ host: "127.0.0.1", port }] };
}

let runs = 0;

/** One round of a volunteer's agent, on a machine of its own. */
async function visit(line: ProbeLine): Promise<readonly string[]> {
  const said: string[] = [];
  runs += 1;
  const options: AgentOptions = {
    file: new MemoryFile(join(folder, `memory-${String(runs)}`), line.token),
    run: runs.toString(16).padStart(16, "0"),
    now: () => instant(Date.now()),
    random: () => 0.5,
    sleep: async () => undefined,
    say: (message) => said.push(message),
    limits: stepLimits,
    stop: new AbortController().signal,
    privateTargets: true,
    once: true,
    authorities: abroad.certificate.certificate,
  };
  await runAgent(line, options);
  return said;
}

async function addToken(): Promise<void> {
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name } };
  const { code } = await server.call("POST", secretsPath, {
    ...secret,
    stringData: { token: `${token.toLowerCase()}\n` },
  });
  assert.equal(code, 201);
}

async function entry(): Promise<ProxyAddress | undefined> {
  const [first] = await list(server, collectionOf(ledgerEntry()));
  return first as unknown as ProxyAddress | undefined;
}

async function working(status: string, reason: string): Promise<string> {
  return waitFor(`Working ${status} ${reason}`, async () => {
    const live = (await server.call("GET", vantagePath)).body as unknown as VantagePoint;
    const [found] = live.status?.conditions ?? [];
    return found?.status === status && found.reason === reason ? found.message : undefined;
  });
}

/** The certificate that a port shows. */
async function shownAt({ port }: Replica): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

describe("an operator of two replicas that serves agents", () => {
  test("waits with the address until it is published, and says that no agent came yet", async () => {
    const listeners = {
      chat: { port: dataPlanePorts.chat },
      media: { port: dataPlanePorts.media },
    };
    const blockedWhen = { failures: 1, vantagePoints: 1 };
    await addToken();
    await apply(
      server,
      pool({ addresses: ["127.67.0.0/30"], reserve: 0 }),
      fleet({
        listeners,
        audience: { countries: ["IR"] },
        reachability: { blockedWhen },
        addresses: { count: 1, pools: [{ name: "metallb-a" }] },
      }),
      vantagePoint(
        { globalping: undefined, interval: "30s", agent: { tokenSecretRef: { name } } },
        name,
      ),
    );
    await waitFor("an address to serve", async () => (await entry())?.status.phase === "Serving");
    assert.match(await working("Unknown", "AgentSilent"), /start `proxyfleet probe`/);
  });

  test("shows the same certificate on both", async () => {
    const [one, two] = await Promise.all(
      replicas.map(async (replica) => waitFor("a handshake", async () => shownAt(replica))),
    );
    assert.equal(one, two);
  });

  test("has what an agent found by way of the replica that does not lead", async () => {
    const { other } = await byRole();
    const line = await lineFor(other);
    const said = await waitFor("the agent to be let in", async () => {
      const said = await visit(line);
      return said.includes("1 addresses to test") ? said : undefined;
    });
    assert.deepEqual(said, ["1 addresses to test"]);
    const found = await waitFor("a verdict", async () =>
      (await entry())?.status.reachability?.find(({ verdict }) => verdict === "Suspected"),
    );
    assert.deepEqual([found.country, found.listeners], ["IR", ["media"]]);
    assert.equal(await working("True", "Measures"), "the agent sends its results");
  });

  test("shows the page of an empty web server to everyone else", async () => {
    for (const { port } of replicas)
      for (const bearer of ["x", encodeBase32(Buffer.alloc(20, 9))]) {
        const answer = await exchange(port, request("GET", { bearer }));
        assert.equal(statusOf(answer), 404);
        assert.doesNotMatch(answer, /proxyfleet|agent|token|127\.67/i);
      }
  });

  test("lets nobody in from the moment that the token is deleted", async () => {
    for (const { port } of replicas)
      assert.equal(statusOf(await exchange(port, request("GET", { bearer: token }))), 200);
    const { code } = await server.call("DELETE", `${secretsPath}/${name}`);
    assert.equal(code, 200);
    for (const { port } of replicas)
      assert.equal(statusOf(await exchange(port, request("GET", { bearer: token }))), 404);
    const { leading } = await byRole();
    assert.deepEqual(await visit(await lineFor(leading)), [
      "the operator does not know this line: nothing is tested",
    ]);
  });

  test("lets an agent in again with its token, and not without its vantage point", async () => {
    await addToken();
    for (const { port } of replicas)
      await waitFor("the agent to be let in again", async () => {
        const answer = await exchange(port, request("GET", { bearer: token }));
        return statusOf(answer) === 200;
      });
    await server.call("DELETE", vantagePath);
    for (const { port } of replicas)
      await waitFor("the agent to be refused", async () => {
        const answer = await exchange(port, request("GET", { bearer: token }));
        return statusOf(answer) === 404;
      });
  });

  test("names neither token nor key in what it logs, and writes them nowhere else", async () => {
    const { body } = await server.call("GET", `${secretsPath}/proxyfleet-ingestion`);
    const { data } = body as { data: Record<string, string> };
    const key =
      Buffer.from(data["tls.key"] ?? "", "base64")
        .toString()
        .split("\n")[1] ?? "";
    const logged = JSON.stringify(replicas.map(({ process }) => process.lines));
    const events = JSON.stringify(
      await list(server, "/apis/events.k8s.io/v1/namespaces/default/events"),
    );
    for (const secret of [token, token.toLowerCase(), key])
      assert.ok(secret.length > 20 && !`${logged}${events}`.includes(secret));
  });
});
