import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { namespaceObject } from "../../objects/namespace.ts";
import { renderChart } from "../../../tooling/chart/render.ts";
import { matrix } from "../../chart/matrix.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { kubectl } from "../../stand-ins/api-server/crds.ts";

const project = join(import.meta.dirname, "../../..");

describe("the API server takes the chart's objects, strictly validated, without a warning", () => {
  let server: ApiServer;
  before(async () => {
    server = await ApiServer.start();
    execFileSync(join(project, "test/chart/schemas/build.sh"));
    const monitoring = join(project, ".tools/schemas/prometheus-operator");
    await kubectl(server, ["apply", "--server-side", "-f", monitoring]);
    const { code, stderr } = await kubectl(server, [
      "wait",
      "--for=condition=Established",
      "--timeout=60s",
      "-f",
      monitoring,
    ]);
    assert.equal(code, 0, stderr);
    for (const name of ["proxyfleet-system", "proxies", "family", "abroad"]) {
      const labels = {
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/warn": "restricted",
      };
      await apply(JSON.stringify(namespaceObject(name, labels)));
    }
  });
  after(async () => server?.stop());

  const apply = async (text: string) => {
    const { code, stderr } = await kubectl(
      server,
      ["apply", "--server-side", "--validate=strict", "-f", "-"],
      text,
    );
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  };

  for (const [name, values] of Object.entries(matrix))
    test(name, async () => apply(await renderChart(values)));
});
