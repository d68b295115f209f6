// How long moves take for fleets whose neighbour, one namespace among many of the same operator, has trouble of every kind at once, beside the
// same moves without it: before and after, in one run. Needs etcd and an API server alone.
//   neighbours.ts [FLEETS]   default: 300, in 30 namespaces
import { FakeCluster } from "../test/stand-ins/cluster/fake-cluster.ts";
import { BundledOperator } from "./fleets/bundled-operator.ts";
import { createPool } from "./fleets/create.ts";
import { createTenants, moveAll, tenantsOf } from "./neighbours/tenants.ts";
import { Trouble } from "./neighbours/trouble.ts";
import { quantile } from "./quantile.ts";

const count = Number(process.argv[2] ?? 300);
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

/** Moves all fleets but those of the troubled tenant, three times. */
async function measure(): Promise<void> {
  const { controllers } = cluster;
  const [troubled, ...others] = tenantsOf(count, 30);
  await createPool(controllers.client);
  await createTenants(cluster, [...(troubled === undefined ? [] : [troubled]), ...others]);
  say(
    "fleets",
    `${others.flatMap(({ fleets }) => fleets).length} move, in ${others.length} namespaces`,
  );
  const before = await moveAll(cluster, others, "before");
  report("moves before the trouble", before);
  const trouble = new Trouble(cluster, troubled?.namespace ?? "");
  await trouble.begin();
  const during = await moveAll(cluster, others, "during");
  report("moves during the trouble", during);
  say("what the troubled namespace did meanwhile", trouble.summary);
  trouble.end();
  const after = await moveAll(cluster, others, "after");
  report("moves after the trouble", after);
  for (const share of [0.5, 0.95]) {
    const calm = (quantile(before, share) + quantile(after, share)) / 2;
    say(`p${share * 100}, of those without`, (quantile(during, share) / calm).toFixed(2));
  }
}

function report(what: string, times: readonly number[]): void {
  const [p50, p95, most] = [0.5, 0.95, 1].map((share) => `${quantile(times, share).toFixed(0)} ms`);
  say(what, `p50 ${p50}, p95 ${p95}, at most ${most}`);
}
