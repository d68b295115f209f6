import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as fc from "fast-check";
import { parseAddressPool } from "../../src/api/address-pool.ts";
import { parseWhatsAppProxy } from "../../src/api/fleet.ts";
import type { Parsed } from "../../src/api/parse.ts";
import { parseProxyAddress } from "../../src/api/proxy-address.ts";
import { parseVantagePoint } from "../../src/api/vantage-point.ts";
import { ApiServer } from "../stand-ins/api-server/api-server.ts";
import { mutated } from "./crd-mutations.ts";
import { wellFormed } from "./crd-objects.ts";
import { installCrds } from "../stand-ins/api-server/crds.ts";
import { collectionOf, type Manifest } from "./samples.ts";

/** Objects of each kind that are put to both. */
const objects = 1000;

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await installCrds(server);
});
after(async () => {
  await server?.stop();
});

const parsers: Record<string, (raw: unknown) => Parsed<{ spec: unknown }>> = {
  WhatsAppProxy: parseWhatsAppProxy,
  AddressPool: parseAddressPool,
  ProxyAddress: parseProxyAddress,
  VantagePoint: parseVantagePoint,
};

describe("the run-time parser and the API server give the same answer", () => {
  for (const [kind, arbitrary] of Object.entries(wellFormed)) {
    test(`on a ${kind}, with the same defaults`, async (t) => {
      const parse = parsers[kind] ?? assert.fail();
      const answers = { accepted: 0, refused: 0 };
      await fc.assert(
        fc.asyncProperty(mutated(arbitrary), async (manifest) => {
          const parsed = parse(manifest);
          await assertAgree(manifest, parsed);
          answers[parsed.ok ? "accepted" : "refused"] += 1;
        }),
        { numRuns: objects },
      );
      t.diagnostic(
        `${objects} objects of kind ${kind}: both accepted ${answers.accepted}, both refused ${answers.refused}`,
      );
      assert.ok(
        answers.accepted > objects / 10 && answers.refused > objects / 10,
        "the objects must be of both sorts",
      );
    });
  }
});

/**
 * Unknown fields are dropped by both (fieldValidation=Ignore), so that an operator older than its
 * CRDs goes on.
 */
async function assertAgree(manifest: Manifest, parsed: Parsed<{ spec: unknown }>): Promise<void> {
  const { code, body } = await server.call(
    "POST",
    `${collectionOf(manifest)}?dryRun=All&fieldValidation=Ignore`,
    manifest,
  );
  const said = `API server: ${code} ${String(body["message"])}; parser: ${parsed.ok ? "accepted" : parsed.problem}`;
  assert.equal(parsed.ok, code === 201, said);
  if (parsed.ok)
    assert.deepEqual(
      JSON.parse(JSON.stringify(parsed.value.spec)),
      withAmountsAsText(body["spec"]),
    );
}

/** The parser reads an amount that is a number as its text. */
function withAmountsAsText(spec: unknown): unknown {
  const { resources } = spec as { resources?: Record<string, Record<string, unknown>> };
  for (const amounts of Object.values(resources ?? {})) {
    for (const [name, amount] of Object.entries(amounts)) amounts[name] = String(amount);
  }
  return spec;
}
