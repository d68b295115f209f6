import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { connect } from "node:tls";
import { promisify } from "node:util";
import type { ProxyAddress } from "../../../src/api/proxy-address.ts";
import type { VantagePoint } from "../../../src/api/vantage-point.ts";
import { encodeBase32 } from "../../../src/probe/base32.ts";
import { type AgentOptions, runAgent } from "../../../src/probe/io/agent.ts";
import { MemoryFile } from "../../../src/probe/io/memory-file.ts";
import { stepLimits } from "../../../src/probe/io/test-port.ts";
import { type ProbeLine, parseProbeLine } from "../../../src/probe/line.ts";
import { instant } from "../../../src/values/time.ts";
import { freePorts } from "../../../tooling/free-ports.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { rendered } from "../../chart/rendered.ts";
import { readPages } from "../../docs/blocks.ts";
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

const main = join(import.meta.dirname, "../../../src/main.ts");
const home = "proxyfleet-system";
/** As the page has it. */
const name = "volunteer-1";
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
/** What the admin's invitation says. */
let invited: ProbeLine;

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

/**
 * Types the commands of docs/probe.md that an admin invites a volunteer with, as a script, where
 * `proxyfleet` and `kubectl` are found.
 */
async function invite(): Promise<ProbeLine> {
  const [page] = readPages().filter(({ path }) => path === "docs/probe.md");
  const own = (page?.blocks ?? []).filter(
    ({ comment }) => comment === "run by: test/integration/probe/operator.test.ts",
  );
  assert.equal(own.length, 3);
  await writeFile(
    join(folder, "proxyfleet"),
    `#!/bin/sh\nexec ${process.execPath} ${main} "$@"\n`,
    {
      mode: 0o700,
    },
  );
  const script = ["set -eu -o pipefail", ...own.map(({ text }) => text)].join("\n");
  const path = [folder, process.env["PROXYFLEET_BIN"], process.env["PATH"]].join(":");
  await promisify(execFile)("bash", ["-c", script], {
    cwd: folder,
    env: { PATH: path, KUBECONFIG: server.kubeconfig, HOME: folder },
  });
  const text = await readFile(join(folder, "invitation"), "utf8");
  return parseProbeLine(/^line: +(\S+)$/m.exec(text)?.[1] ?? "");
}

/** The volunteer's line, had it been made for this replica alone. */
function lineFor({ port }: Replica): ProbeLine {
  return { ...invited, endpoints: [{ host: "127.0.0.1", port }] };
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
  const stringData = { token: `${invited.token.toLowerCase()}\n` };
  const { code } = await server.call("POST", secretsPath, { ...secret, stringData });
  assert.equal(code, 201);
}

/** What an agent gets from a replica. */
async function statusFor({ port }: Replica, bearer: string): Promise<number> {
  return statusOf(await exchange(port, request("GET", { bearer })));
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
  test("makes one certificate, which both show", async () => {
    const shown = replicas.map(async (one) => waitFor("a handshake", async () => shownAt(one)));
    const [one, two] = await Promise.all(shown);
    assert.equal(one, two);
  });

  test("waits for the volunteer that the admin invites as the page says", async () => {
    invited = await invite();
    const listeners = {
      chat: { port: dataPlanePorts.chat },
      media: { port: dataPlanePorts.media },
    };
    const reachability = { blockedWhen: { failures: 1, vantagePoints: 1 } };
    const addresses = { count: 1, pools: [{ name: "metallb-a" }] };
    await apply(
      server,
      pool({ addresses: ["127.67.0.0/30"], reserve: 0 }),
      fleet({ listeners, audience: { countries: ["IR"] }, reachability, addresses }),
    );
    await waitFor("an address to serve", async () => (await entry())?.status.phase === "Serving");
    assert.match(await working("Unknown", "AgentSilent"), /start `proxyfleet probe`/);
  });

  test("has what an agent found by way of the replica that does not lead", async () => {
    const { other } = await byRole();
    await waitFor("the address to be assigned", async () =>
      (await exchange(other.port, request("GET", { bearer: invited.token }))).includes("127.67.0."),
    );
    assert.deepEqual(await visit(lineFor(other)), ["1 addresses to test"]);
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
    const { token } = invited;
    for (const replica of replicas) assert.equal(await statusFor(replica, token), 200);
    assert.equal((await server.call("DELETE", `${secretsPath}/${name}`)).code, 200);
    for (const replica of replicas) assert.equal(await statusFor(replica, token), 404);
    const { leading } = await byRole();
    const said = "the operator does not know this line: nothing is tested";
    assert.deepEqual(await visit(lineFor(leading)), [said]);
  });

  test("lets an agent in again with its token, and not without its vantage point", async () => {
    const { token } = invited;
    await addToken();
    for (const replica of replicas)
      await waitFor("to be let in", async () => (await statusFor(replica, token)) === 200);
    await server.call("DELETE", vantagePath);
    for (const replica of replicas)
      await waitFor("to be refused", async () => (await statusFor(replica, token)) === 404);
  });

  test("names neither token nor key in what it logs, nor in Events", async () => {
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
    for (const secret of [invited.token, invited.token.toLowerCase(), key])
      assert.ok(secret.length > 20 && !`${logged}${events}`.includes(secret));
  });
});
