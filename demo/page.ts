import { shareDataKey, shareFields, shareSecretName } from "../src/share/slot-share.ts";
import type { PublishedAddress } from "../test/stand-ins/client/load.ts";
import { renderChart } from "../tooling/chart/render.ts";
import { clientOf } from "./client.ts";
import { fleet } from "./fleet.ts";
import { slot } from "./rotation.ts";
import { succeed } from "./run.ts";
import type { Scene } from "./scene.ts";

const home = "proxyfleet-system";
const language = "fa";

/** Lets the operator serve share pages, as an admin does with the chart. */
export async function servePages({ stage, kubectl, say }: Scene): Promise<void> {
  say.tell("helm upgrade … --set pages.enabled=true: the operator serves each group a page.");
  const manifests = await renderChart({ crds: { enabled: false }, pages: { enabled: true } });
  const apply = ["apply", "--server-side", "--force-conflicts", "--filename", "-"] as const;
  await succeed([...stage.kubectl, ...apply], manifests);
  await kubectl.quietly("rollout", "status", "deployment/proxyfleet", "-n", home, "--timeout=120s");
}

/** The group's page, which it keeps: read it from inside, in Persian, and see that it is up to date. */
export async function showPage(scene: Scene, at: PublishedAddress, when: string): Promise<void> {
  const { stage, say } = scene;
  const page = await clientOf(stage).openPage(await pageOf(scene), language);
  const promise = `${when}, the page that the group keeps shows ${at.host}, in Persian`;
  if (page.event === "failed") return say.promise(false, promise, page.message);
  for (const line of page.lines.slice(0, 10)) say.line(`    ${line}`);
  const isShown = page.lines.some((line) => line.split(" ").includes(at.host));
  say.promise(
    isShown && page.direction === "rtl",
    promise,
    `status ${String(page.status)}, from right to left`,
  );
}

/** Its address never changes; it is a secret of the group, so it is not shown. */
async function pageOf({ kubectl }: Scene): Promise<string> {
  const { data } = await kubectl.read<{ data: Record<string, string> }>(
    "secret",
    shareSecretName(fleet.name),
    "--namespace",
    fleet.namespace,
  );
  const path = Buffer.from(data[shareDataKey(slot, shareFields.path)] ?? "", "base64").toString();
  const { spec } = await kubectl.read<{ spec: { clusterIP: string; ports: { port: number }[] } }>(
    "service",
    "proxyfleet-pages",
    "--namespace",
    home,
  );
  return `http://${spec.clusterIP}:${String(spec.ports[0]?.port ?? 80)}/${path}`;
}
