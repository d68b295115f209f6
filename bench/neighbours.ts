// How long moves take for fleets whose neighbour, one namespace among many of the same operator, has trouble of every kind at once, beside the
// same moves without it: before and after, in one run. Needs etcd and an API server alone.
//   neighbours.ts [FLEETS]   default: 300, in 30 namespaces
import { processFigures } from "../tooling/process-figures.ts";
import { FakeCluster } from "../test/stand-ins/cluster/fake-cluster.ts";
import { BundledOperator } from "./fleets/bundled-operator.ts";
import { createPool } from "./fleets/create.ts";
import { type Tenant, createTenants, moveSome, tenantsOf } from "./neighbours/tenants.ts";
import { Trouble } from "./neighbours/trouble.ts";
import { quantile } from "./quantile.ts";

const count = Number(process.argv[2] ?? 300);
/** As many moves as in a busy hour: 2,400. */
const pace = { everyMs: 1_500, oneOf: 3 };
const logFile = `${import.meta.dirname}/../.tools/logs/bench-neighbours.log`;

const say = (what: string, value: string): void => console.log(`${what.padEnd(44)} ${value}`);

const cluster = await FakeCluster.start();
const operator = await BundledOperator.start(cluster.server.kubeconfig, logFile);
try {
  await measure();
} finally {
  await operator.stop();
  await cluster.stop();
}

/** Moves fleets of all tenants but the troubled one, three times. */
async function measure(): Promise<void> {
  const { controllers } = cluster;
  const [troubled, ...others] = tenantsOf(count, 30);
  await createPool(controllers.client);
  await createTenants(cluster, [...(troubled === undefined ? [] : [troubled]), ...others]);
  say(
    "fleets",
    `${others.flatMap(({ fleets }) => fleets).length} beside the troubled namespace, in ${others.length} others; one of ${pace.oneOf} moves, one each ${pace.everyMs / 1000} s`,
  );
  const before = await round("before", others);
  const trouble = new Trouble(cluster, troubled?.namespace ?? "");
  await trouble.begin();
  const during = await round("during", others);
  say("what the troubled namespace did meanwhile", trouble.summary);
  trouble.end();
  const after = await round("after", others);
  for (const share of [0.5, 0.95]) {
    const calm = (quantile(before, share) + quantile(after, share)) / 2;
    say(`p${share * 100}, of those without`, (quantile(during, share) / calm).toFixed(2));
  }
}

/** All moves once: how long each took, and what the operator took for them. */
async function round(when: string, tenants: readonly Tenant[]): Promise<readonly number[]> {
  const [began, before] = [performance.now(), await cpuSeconds()];
  const times = await moveSome(cluster, tenants, { text: when, pace });
  const seconds = (performance.now() - began) / 1000;
  const busy = ((await cpuSeconds()) - before) / seconds;
  const [p50, p95, most] = [0.5, 0.95, 1].map((share) => `${quantile(times, share).toFixed(0)} ms`);
  const took = `operator ${(100 * busy).toFixed(0)} % of a core`;
  say(`moves ${when} the trouble`, `p50 ${p50}, p95 ${p95}, at most ${most}; ${took}`);
  return times;
}

async function cpuSeconds(): Promise<number> {
  return (await processFigures(operator.pid, 0)).cpuSeconds;
}
