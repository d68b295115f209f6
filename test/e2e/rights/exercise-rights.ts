import { loseEntry } from "../../integration/ledger/lose-entry.ts";
import { poolObject } from "../../objects/address-pool.ts";
import { fleetObject } from "../../objects/fleet.ts";
import { managedSelector } from "../../../src/api/names.ts";
import { vantagePointObject } from "../../objects/vantage-point.ts";
import type { VantagePoint } from "../../../src/api/vantage-point.ts";
import { dnsEndpointKind } from "../../stand-ins/external-dns/dns-endpoint-kind.ts";
import { TestFleet } from "../stage/fleet.ts";
import { apply, kubectl, read, readIfAny } from "../stage/kubectl.ts";
import { podsOf, serving } from "../stage/pods.ts";
import { succeed } from "../stage/process.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

/** A fleet whose addresses drain and rest for a second only. */
export function shortLivedFleet(name: string, addresses: string): TestFleet {
  return new TestFleet({
    name,
    addresses: [addresses],
    slots: 1,
    spec: { rotation: { drain: { scheduled: "1s" } } },
    pool: { quarantine: { retired: "1s" } },
  });
}

/**
 * Brings about all that an operator may ever have to ask of the API server, from a fleet's birth to
 * its end.
 * @param home the operator's own namespace
 */
export async function exerciseRights(fleets: readonly TestFleet[], home: string): Promise<void> {
  const all = async (step: (fleet: TestFleet) => Promise<void>) =>
    void (await Promise.all(fleets.map(step)));
  await all(async (fleet) => fleet.create());
  await all(async (fleet) => fleet.ready());
  await poolEvent();
  await missingToken();
  await keyAgain(home);
  await all(renewedPage);
  await all(drift);
  await apply(dnsEndpointKind);
  await all(async (fleet) => named(fleet, { hostname: "{token}.example.org" }));
  await all(withoutOwner);
  await all(async (fleet) => named(fleet, null));
  await all(refusedAddress);
  await all(lostEntry);
  await all(laggard);
  await all(end);
}

/** Two pools that overlap: an Event about an object without a namespace. */
async function poolEvent(): Promise<void> {
  const names = ["rights-left", "rights-right"];
  const spec = { addresses: ["198.51.100.0/30"] };
  await apply(...names.map((name) => poolObject({ name, spec })));
  await waitFor("a pool to say that it overlaps", async () => {
    const { items } = await read<{ items: { regarding?: { name?: string } }[] }>(
      "events.events.k8s.io",
      "-n",
      "default",
    );
    return items.some(({ regarding }) => names.includes(regarding?.name ?? ""));
  });
  await kubectl("delete", "wapool", ...names);
}

/** A vantage point whose token is not there: the operator looks for it, and says so. */
async function missingToken(): Promise<void> {
  const name = "rights-checker";
  const http = { url: "https://checker.example.org/", tokenSecretRef: { name } };
  await apply(vantagePointObject({ name, spec: { globalping: undefined, http } }));
  await waitFor("a vantage point to miss its token", async () => {
    const { status } = await read<VantagePoint>("wavp", name);
    return status?.conditions?.some(({ reason }) => reason === "TokenMissing");
  });
  await kubectl("delete", "wavp", name);
}

/** The key of share pages, after somebody deleted it. */
async function keyAgain(home: string): Promise<void> {
  const secret = ["secret", "proxyfleet-share-key", "-n", home] as const;
  await kubectl("delete", ...secret);
  await waitFor("the key of share pages", async () => readIfAny(...secret));
}

/** Pages get other paths, and an Event says so. */
async function renewedPage({ name }: TestFleet): Promise<void> {
  await kubectl("annotate", "wap", name, "-n", name, "proxyfleet.dev/renew-page=leaked");
  await waitFor(`pages of ${name} to be renewed`, async () => {
    const { items } = await read<{ items: { reason?: string }[] }>(
      "events.events.k8s.io",
      "-n",
      name,
    );
    return items.some(({ reason }) => reason === "PageRenewed");
  });
}

/** What somebody edits, the operator writes again. */
async function drift(fleet: TestFleet): Promise<void> {
  const edits: Record<string, Record<string, unknown>> = {
    deployment: { replicas: 3 },
    poddisruptionbudget: { maxUnavailable: 2 },
    networkpolicy: { policyTypes: ["Ingress"] },
  };
  for (const [kind, spec] of Object.entries(edits))
    await edit({ kind, name: `${fleet.name}-proxy`, namespace: fleet.name }, spec);
  const [entry] = await fleet.ledger();
  await edit(
    { kind: "service", name: entry?.status.serviceName ?? "", namespace: fleet.name },
    { externalTrafficPolicy: "Local" },
  );
  // Asked to go while it started, it hears that all the same: no eviction comes before it is gone.
  await waitFor(`the pod that was one too many in ${fleet.name} to end`, async () => {
    const pods = await podsOf(fleet.name);
    return pods.every(({ metadata }) => metadata.deletionTimestamp === undefined);
  });
}

/** Gives a fleet's group a name, or takes it: nobody publishes it here. */
async function named({ name }: TestFleet, dns: object | null): Promise<void> {
  const patch = JSON.stringify({ spec: { dns } });
  await kubectl("patch", "wap", name, "-n", name, "--type=merge", "-p", patch);
  const what = dns === null ? "to have no DNSEndpoint" : "to have a DNSEndpoint";
  await waitFor(`${name} ${what}`, async () => {
    const { items } = await read<{ items: readonly unknown[] }>("dnsendpoints", "-n", name);
    return items.length > 0 === (dns !== null);
  });
}

/** Children that nobody owns, as the runbook makes them before a restore, are taken back. */
async function withoutOwner({ name: namespace }: TestFleet): Promise<void> {
  const kinds = [
    "deployment",
    "poddisruptionbudget",
    "networkpolicy",
    "secret",
    "service",
    "dnsendpoint",
  ];
  const ours = [kinds.join(","), "-n", namespace, "-l", managedSelector] as const;
  const ownerReferences = null;
  const patch = JSON.stringify({ metadata: { ownerReferences } });
  const names = await kubectl("get", ...ours, "-o", "name");
  for (const name of names.split("\n").filter((line) => line !== ""))
    await kubectl("patch", name, "-n", namespace, "--type=merge", "-p", patch);
  await waitFor(`all children in ${namespace} to have an owner`, async () => {
    const { items } = await read<{ items: { metadata: { ownerReferences?: unknown } }[] }>(...ours);
    return items.every(({ metadata }) => metadata.ownerReferences !== undefined);
  });
}

async function edit(
  { kind, name, namespace }: Readonly<Record<"kind" | "name" | "namespace", string>>,
  spec: Readonly<Record<string, unknown>>,
): Promise<void> {
  await kubectl(
    "patch",
    kind,
    name,
    "-n",
    namespace,
    "--type=merge",
    "-p",
    JSON.stringify({ spec }),
  );
  await waitFor(`${kind} ${name} to be as it was`, async () => {
    const live = (await read<{ spec: Record<string, unknown> }>(kind, name, "-n", namespace)).spec;
    return Object.entries(spec).every(
      ([field, value]) => JSON.stringify(live[field]) !== JSON.stringify(value),
    );
  });
}

/** A pool with addresses that the load balancer does not have: the operator reads its answer. */
async function refusedAddress(fleet: TestFleet): Promise<void> {
  const name = `${fleet.name}-refused`;
  const spec = { addresses: ["198.51.100.128/25"], reserve: 0 };
  await apply(poolObject({ name, spec }));
  const other = fleetObject({
    name,
    namespace: fleet.name,
    spec: { replicas: 1, addresses: { count: 1, pools: [{ name }] } },
  });
  await apply(other);
  await waitFor(`the load balancer's answer to ${name}`, async () => {
    const { items } = await read<{ items: { spec: { retiredBecause?: string } }[] }>(
      "wapa",
      "-l",
      `proxyfleet.dev/fleet=${name}`,
    );
    return items.some(({ spec }) => spec.retiredBecause === "Refused");
  });
  await kubectl("delete", "wap", name, "-n", fleet.name);
  await kubectl("delete", "wapa", "-l", `proxyfleet.dev/fleet=${name}`);
  await kubectl("delete", "wapool", name);
}

/**
 * A ledger entry that is gone at once: the operator asks for it, and makes it again from its
 * Service, or gives the slot another address.
 */
async function lostEntry(fleet: TestFleet): Promise<void> {
  const [lost] = await fleet.ledger();
  await waitFor(`an entry of ${fleet.name} to be lost`, async () =>
    loseEntry(process.env["KUBECONFIG"], lost?.metadata.name ?? ""),
  );
  await waitFor(`${fleet.name} to serve again`, async () => {
    const [first, ...others] = await fleet.ledger();
    return (
      others.length === 0 &&
      first?.status.phase === "Serving" &&
      first.metadata.uid !== lost?.metadata.uid
    );
  });
}

/**
 * A move that never reaches one of the pods, since the kubelet can't write into its volume: after a
 * minute it is evicted. The move goes on, until the old address is forgotten.
 */
async function laggard(fleet: TestFleet): Promise<void> {
  const pods = await serving(fleet.name, 2);
  const uid = pods[0]?.metadata.uid ?? "";
  const volume = `/var/lib/kubelet/pods/${uid}/volumes/kubernetes.io~secret/config`;
  await succeed(["mount", "-o", "remount,ro", volume]);
  await fleet.rotate("lag");
  const isThere = async () =>
    (await podsOf(fleet.name)).some(({ metadata }) => metadata.uid === uid);
  await waitFor(
    `the pod of ${fleet.name} that lags to be evicted`,
    async () => !(await isThere()),
    {
      seconds: 150,
    },
  );
  await fleet.handled("lag");
  await waitFor(
    `${fleet.name} to have one address`,
    async () => (await fleet.ledger()).length === 1,
  );
}

/** The fleet ends, its addresses rest and are forgotten, and its children go. */
async function end(fleet: TestFleet): Promise<void> {
  await kubectl("delete", "wap", fleet.name, "-n", fleet.name, "--timeout=60s");
  await waitFor(`${fleet.name} to be forgotten`, async () => (await fleet.ledger()).length === 0);
  const isGone = async () =>
    (await readIfAny("deployment", `${fleet.name}-proxy`, "-n", fleet.name)) === undefined;
  await waitFor(`the pods of ${fleet.name} to end`, isGone);
}
