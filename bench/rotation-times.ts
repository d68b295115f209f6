/**
 * How long a rotation takes on the embedded cluster, from the request to the published new address,
 * and where the time goes. Runs inside the cluster's namespaces, on a quiet machine: `node
 * bench/rotation-times.ts [MOVES]`. Prints a table.
 */
import { addresses, fleets } from "../src/api/resources.ts";
import type { ProxyAddress } from "../src/api/proxy-address.ts";
import type { WhatsAppProxy } from "../src/api/fleet.ts";
import { ApiClient } from "../src/kubernetes/client.ts";
import { Connection } from "../src/kubernetes/connection.ts";
import { sleep } from "../src/runtime/clock.ts";
import { TestFleet } from "../test/e2e/stage/fleet.ts";
import { whatsapp } from "../test/e2e/stage/people.ts";
import { waitFor } from "../tooling/wait-for.ts";
import { quantile } from "./quantile.ts";

/** Moments of one move, in milliseconds of a monotonic clock. */
interface Move {
  readonly asked: number;
  claimed?: number;
  assigned?: number;
  verified?: number;
  published?: number;
}

const steps = [
  ["request to claim", "asked", "claimed"],
  ["claim to load balancer's answer", "claimed", "assigned"],
  ["verification, pods' new certificate included", "assigned", "verified"],
  ["verified to published in the fleet's status", "verified", "published"],
  ["request to published, in all", "asked", "published"],
] as const;

const moves = new Map<string, Move>();
const stop = new AbortController();
const client = new ApiClient(Connection.fromDefault(), stop.signal, { sleep, random: Math.random });

async function followLedger(): Promise<void> {
  const { resourceVersion } = await client.list(addresses, {});
  for await (const event of client.watch(
    addresses,
    { resourceVersion, timeoutSeconds: 1_000 },
    stop.signal,
  )) {
    if (event.type === "BOOKMARK") continue;
    const { spec, status } = event.object as unknown as ProxyAddress;
    const move = moves.get(spec.requestedAt ?? "");
    if (move === undefined) continue;
    move.claimed ??= performance.now();
    if (status?.phase === "Verifying" || status?.phase === "Serving")
      move.assigned ??= performance.now();
    if (status?.phase === "Serving") move.verified ??= performance.now();
  }
}

async function followFleet(): Promise<void> {
  const { resourceVersion } = await client.list(fleets, {});
  for await (const event of client.watch(
    fleets,
    { resourceVersion, timeoutSeconds: 1_000 },
    stop.signal,
  )) {
    if (event.type === "BOOKMARK") continue;
    const { status } = event.object as unknown as WhatsAppProxy;
    const move = moves.get(status?.lastHandledRotateAt ?? "");
    if (move !== undefined) move.published ??= performance.now();
  }
}

function report(): void {
  console.log("| step | p50 | p99 |\n|---|---|---|");
  for (const [name, from, to] of steps) {
    const times = [...moves.values()].flatMap((move) =>
      move[from] === undefined || move[to] === undefined ? [] : [move[to] - move[from]],
    );
    const sorted = times.toSorted((a, b) => a - b);
    console.log(
      `| ${name} | ${Math.round(quantile(sorted, 0.5))} ms | ${Math.round(quantile(sorted, 0.99))} ms |`,
    );
  }
}

const count = Number(process.argv[2] ?? 100);
const spec = { rotation: { drain: { scheduled: "1s" } } };
const fleet = new TestFleet({
  name: "bench-rotation",
  addresses: ["203.0.113.0/25"],
  slots: 8,
  spec,
  pool: { quarantine: { retired: "10s" } },
});
await whatsapp();
await fleet.create();
await fleet.ready();
for (const following of [followLedger(), followFleet()])
  following.catch((error: unknown) => stop.signal.aborted || console.error(error));
for (let index = 0; index < count; index++) {
  const text = `${index % 8}@move ${index}`;
  moves.set(text, { asked: performance.now() });
  await fleet.rotate(text);
  await waitFor(
    `move ${index} to be published`,
    async () => moves.get(text)?.published !== undefined,
  );
}
report();
await fleet.remove();
stop.abort();
process.exit(0);
