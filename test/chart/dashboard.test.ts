import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { metricsOf, panelsOf } from "./grafana.ts";
import { type Manifest, only, rendered } from "./rendered.ts";

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly description?: string;
    readonly gridPos: Readonly<Record<"x" | "y" | "w" | "h", number>>;
  }[];
  readonly templating: { readonly list: readonly { readonly name: string }[] };
}

const configMap = async (values: object = {}): Promise<Manifest> =>
  only(
    await rendered({ grafanaDashboard: { enabled: true, ...values } }),
    "ConfigMap",
    "proxyfleet-dashboard",
  );

function readDashboard(manifest: Manifest): Dashboard {
  const { "proxyfleet.json": text } = manifest["data"] as Record<string, string>;
  return JSON.parse(text!) as Dashboard;
}

describe("the dashboard", () => {
  test("is not there unless somebody asks for it", async () => {
    const found = (await rendered()).filter(
      ({ metadata }) => metadata.name === "proxyfleet-dashboard",
    );
    assert.deepEqual(found, []);
  });

  test("has the label that Grafana's sidecar looks for", async () => {
    assert.equal((await configMap()).metadata.labels["grafana_dashboard"], "1");
  });

  test("has another label and a folder where the sidecar wants these", async () => {
    const { labels, annotations } = (
      await configMap({ label: "dash", labelValue: "yes", annotations: { folder: "NGO" } })
    ).metadata;
    assert.deepEqual([labels["dash"], labels["grafana_dashboard"]], ["yes", undefined]);
    assert.deepEqual(annotations, { folder: "NGO" });
  });

  test("asks questions, and says how to read each answer", async () => {
    const panels = readDashboard(await configMap()).panels.filter(({ type }) => type !== "row");
    assert.ok(panels.length > 20);
    for (const { title, description } of panels) {
      assert.match(title, /\?$/);
      assert.match(description ?? "", /\.$/, title);
    }
    const titles = panels.map(({ title }) => title);
    assert.deepEqual(titles, [...new Set(titles)]);
  });

  test("puts no panel over another one, nor beyond the edge", async () => {
    const { panels } = readDashboard(await configMap());
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => [x + (index % w), y + Math.floor(index / w)]),
    );
    assert.ok(cells.every(([x]) => x! < 24));
    assert.equal(new Set(cells.map(String)).size, cells.length);
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  });

  test("knows each variable that its queries name", async () => {
    const dashboard = readDashboard(await configMap());
    const known = new Set(dashboard.templating.list.map(({ name }) => name));
    const used = panelsOf(dashboard).flatMap(({ exprs }) =>
      exprs.flatMap((expr) => expr.match(/\$[a-z_]+/g) ?? []),
    );
    for (const name of used) assert.ok(name === "$__range" || known.has(name.slice(1)), name);
  });

  test("asks for metrics that the documentation lists", async () => {
    const page = readFileSync(join(import.meta.dirname, "../../docs/operations.md"), "utf8");
    const listed = page.matchAll(/`([a-z]+_[a-z0-9_]*)(\*?)/g);
    const names = [...listed].map(([, name, more]) => ({ name: name!, isStart: more === "*" }));
    for (const { title, exprs } of panelsOf(readDashboard(await configMap())))
      for (const metric of exprs.flatMap(metricsOf))
        assert.ok(
          names.some(({ name, isStart }) => (isStart ? metric.startsWith(name) : metric === name)),
          `${title}: ${metric}`,
        );
  });
});
