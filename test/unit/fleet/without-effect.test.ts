import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fleetSpec } from "../../../src/api/fleet.ts";
import { fieldsWithoutEffect } from "../../../src/fleet/without-effect.ts";

describe("a country of the audience", () => {
  const found = (countries: readonly string[]) =>
    fieldsWithoutEffect(
      fleetSpec.parse({ addresses: { pools: [{ name: "a" }] }, audience: { countries } }),
      {},
    );
  test("may be any of ISO 3166-1, and Kosovo", () =>
    assert.equal(found(["IR", "GB", "TR", "XK"]), undefined));
  test("that there is not has no effect, and the right one is named where it is known", () => {
    const { status, reason, message } = found(["IR", "UK", "QQ"]) ?? assert.fail();
    assert.deepEqual([status, reason], ["True", "NoSuchCountry"]);
    assert.match(
      message,
      /has UK, QQ, which no country has .*: in place of UK write GB, in place of QQ write two capital letters/,
    );
  });
});

describe("what reports over share pages lead to", () => {
  const cases: Record<string, { people: string; page?: boolean; serves?: boolean; says?: RegExp }> =
    {
      "matters where the operator serves pages": { people: "Block", serves: true },
      "is no news while a fleet has the default": { people: "Suspect" },
      "is as a fleet wishes where it ignores them": { people: "Ignore" },
      "has no effect where the operator serves none": {
        people: "Block",
        says: /^spec\.reachability\.people has no effect: the operator serves no share pages\. Set pages\.enabled/,
      },
      "has no effect where the fleet has none": {
        people: "Block",
        page: false,
        serves: true,
        says: /has no effect: this fleet has no share pages\. Set spec\.share\.page to true/,
      },
    };
  for (const [name, { people, page = true, serves, says }] of Object.entries(cases))
    test(name, () => {
      const spec = fleetSpec.parse({
        addresses: { pools: [{ name: "a" }] },
        reachability: { people },
        share: { page },
      });
      const finding = fieldsWithoutEffect(
        spec,
        serves === undefined ? {} : { servesPages: serves },
      );
      if (says === undefined) return assert.equal(finding, undefined);
      assert.deepEqual([finding?.status, finding?.reason], ["True", "NotServed"]);
      return assert.match(finding?.message ?? "", says);
    });
});
