import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { dashboardUid } from "../../src/pulumi/chart/dashboard/dashboard.ts";
import { only, rendered } from "./rendered.ts";

interface Rule {
  readonly alert: string;
  readonly annotations: Readonly<Record<string, string>>;
}

async function alerts(values: object = {}): Promise<readonly Rule[]> {
  const manifest = only(
    await rendered({ prometheusRule: { enabled: true, ...values } }),
    "PrometheusRule",
  );
  return (manifest["spec"] as { groups: readonly [{ rules: readonly Rule[] }] }).groups[0].rules;
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): readonly string[] {
  return [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe("each alert leads to", () => {
  test("a heading of the documentation that exists", async () => {
    const rules = await alerts();
    assert.ok(rules.length > 10);
    for (const { alert, annotations } of rules) {
      const [, file, anchor] =
        /^https:\/\/proxyfleet\.dev\/docs\/([a-z-]+\.md)#([a-z-]+)$/.exec(
          annotations["runbook_url"] ?? "",
        ) ?? [];
      const path = join(import.meta.dirname, "../../docs", file ?? "none");
      assert.ok(existsSync(path), `${alert}: ${annotations["runbook_url"]}`);
      const anchors = anchorsOf(readFileSync(path, "utf8"));
      assert.ok(anchors.includes(anchor ?? ""), `${alert}: ${file} has no heading #${anchor}`);
    }
  });

  test("a copy of the documentation, where there is one", async () => {
    for (const { annotations } of await alerts({ runbooks: "http://wiki.local/pages" }))
      assert.match(annotations["runbook_url"] ?? "", /^http:\/\/wiki\.local\/pages\/[a-z-]+\.md#/);
  });

  test("no dashboard while nobody says where Grafana is", async () => {
    for (const { annotations } of await alerts())
      assert.deepEqual(Object.keys(annotations), ["summary", "description", "runbook_url"]);
  });

  test("the dashboard, with the fleet that it is about", async () => {
    const url = `https://g.example.org/x/d/${dashboardUid}`;
    const found = (await alerts({ grafana: "https://g.example.org/x" })).map(
      ({ alert, annotations }) => [alert, annotations["dashboard_url"]] as const,
    );
    for (const [alert, link] of found) assert.ok(link?.startsWith(url), alert);
    const ofFleet = `${url}?var-namespace={{ $labels.namespace }}&var-fleet={{ $labels.fleet }}`;
    assert.equal(new Map(found).get("ProxyfleetSlotBlocked"), ofFleet);
    assert.equal(new Map(found).get("ProxyfleetPoolLow"), url);
  });
});

describe("an address that more is appended to", () => {
  for (const wrong of ["https://g.example.org/", "g.example.org", 'https://g/"x', "https://g/ x"])
    test(`is not ${wrong}`, async () =>
      assert.rejects(alerts({ grafana: wrong }), /at '\/prometheusRule\/grafana'/));
});
