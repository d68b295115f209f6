import assert from "node:assert/strict";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { parse } from "yaml";
import { writeReleaseChart } from "../../tooling/chart/release.ts";
import { removeAtExit } from "../../tooling/scratch-folder.ts";
import { podsOf, rendered } from "./rendered.ts";

const owner = "registry.example.org/proxyfleet";
const [operatorDigest, proxyDigest] = [`sha256:${"1".repeat(64)}`, `sha256:${"2".repeat(64)}`];

describe("the chart, as it is published,", () => {
  let chart: string;
  before(() => {
    const folder = mkdtempSync(join(tmpdir(), "proxyfleet-release-"));
    removeAtExit(folder);
    chart = join(folder, "proxyfleet");
    writeReleaseChart({ owner, operatorDigest, proxyDigest }, chart);
  });

  test("installs the published images by digest, and nothing else of it differs", async () => {
    const values = {
      image: { repository: `${owner}/operator`, digest: operatorDigest },
      proxyImage: { repository: `${owner}/proxy`, digest: proxyDigest },
    };
    const manifests = await rendered({}, { chart });
    assert.equal(podsOf(manifests).spec.containers[0].image, `${owner}/operator@${operatorDigest}`);
    assert.deepEqual(manifests, await rendered(values));
  });

  test("lets a person use images of their own all the same", async () => {
    const mine = { image: { repository: "mine/operator", digest: "", tag: "2" } };
    assert.equal(
      podsOf(await rendered(mine, { chart })).spec.containers[0].image,
      "mine/operator:2",
    );
  });

  test("shows these images on Artifact Hub", () => {
    const { annotations } = parse(readFileSync(join(chart, "Chart.yaml"), "utf8")) as {
      annotations: Record<string, string>;
    };
    assert.deepEqual(parse(annotations["artifacthub.io/images"] ?? ""), [
      { name: "operator", image: `${owner}/operator@${operatorDigest}` },
      { name: "proxy", image: `${owner}/proxy@${proxyDigest}` },
    ]);
  });
});
