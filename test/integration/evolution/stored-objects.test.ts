import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { kinds } from "../../../src/api/kinds.ts";
import { parser } from "../../../src/api/parse.ts";
import { renderChart } from "../../../tooling/chart/render.ts";
import { manifestsOf } from "../../chart/rendered.ts";
import { oldestChart, oldestObjects } from "../../fixtures/oldest-chart.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { kubectl } from "../../stand-ins/api-server/crds.ts";
import { collectionOf, type Manifest } from "../samples.ts";

const objects = manifestsOf(readFileSync(oldestObjects, "utf8")) as unknown as readonly Manifest[];

describe("objects that the oldest version stored", () => {
  let server: ApiServer;
  const stored = new Map<Manifest, Manifest>();

  /**
   * Applies an object as kubectl does, but without its look at what kinds there are: that is told
   * late, a while after they are served.
   */
  const apply = async (object: Manifest) => {
    const path = `${collectionOf(object)}/${object.metadata.name}?fieldManager=kubectl&fieldValidation=Strict`;
    const { code, body } = await server.patch(path, object, "application/apply-patch+yaml");
    assert.ok(code === 200 || code === 201, String(body["message"]));
  };
  /**
   * Installs the CRDs of a chart. The API server reads CRDs anew when it starts; otherwise nobody
   * could tell when it has the new ones.
   */
  const install = async (chart?: string) => {
    const documents = manifestsOf(await renderChart({}, chart === undefined ? {} : { chart }));
    const crds = documents.filter(({ kind }) => kind === "CustomResourceDefinition");
    const text = crds.map((crd) => stringify(crd, { version: "1.1" })).join("---\n");
    const { code, stderr } = await kubectl(
      server,
      ["apply", "--server-side", "--validate=strict", "-f", "-"],
      text,
    );
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    await server.restart();
    for (const object of objects)
      while ((await server.call("GET", collectionOf(object))).code !== 200) await sleep(50);
  };
  const read = async (object: Manifest): Promise<Manifest> => {
    const { code, body } = await server.call(
      "GET",
      `${collectionOf(object)}/${object.metadata.name}`,
    );
    assert.equal(code, 200);
    return body as unknown as Manifest;
  };

  before(async () => {
    server = await ApiServer.start();
    await install(oldestChart);
    for (const object of objects) {
      await apply(object);
      stored.set(object, await read(object));
    }
    await install();
  });
  after(async () => server?.stop());

  for (const object of objects) {
    describe(`${object.kind} ${object.metadata.name}`, () => {
      test("is read with all that it had, defaults of then included", async () => {
        const now = await read(object);
        assert.partialDeepStrictEqual(now.spec, stored.get(object)?.spec);
        assert.partialDeepStrictEqual(now.spec, object.spec);
      });

      test("can be written back as it is", async () => {
        const path = `${collectionOf(object)}/${object.metadata.name}?fieldValidation=Strict`;
        const { code, body } = await server.call("PUT", path, await read(object));
        assert.equal(code, 200, String(body["message"]));
      });

      test("is understood by the operator", async () => {
        const kind = kinds.find((kind) => kind.kind === object.kind);
        assert.ok(kind !== undefined);
        const parsed = parser(kind)(await read(object));
        assert.ok(parsed.ok, parsed.ok ? "" : parsed.problem);
      });

      // No default has changed since.
      test("can be made again as it was written then, as from a backup, and means the same", async () => {
        // An update may keep what a new rule forbids (Kubernetes calls it ratcheting), so the
        // object is made from nothing.
        const { code } = await server.call(
          "DELETE",
          `${collectionOf(object)}/${object.metadata.name}`,
        );
        assert.equal(code, 200);
        await apply(object);
        assert.partialDeepStrictEqual((await read(object)).spec, stored.get(object)?.spec);
      });
    });
  }
});
