import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import { reportBlockedAnnotation } from "../../../src/api/names.ts";
import { checkReportable, fleetWith, openReport } from "../../../src/cli/reported-fleet.ts";
import { parsedFleet } from "../../objects/fleet.ts";

const since = "2026-11-28T10:00:00Z";

function fleetOn(address: string, phase: string, name = "family"): WhatsAppProxy {
  return parsedFleet({ name, status: { addresses: [{ address, slot: 0, phase, since }] } });
}

describe("the fleet of an address", () => {
  const address = "203.0.113.12";
  const other = fleetOn("203.0.113.9", "Serving", "friends");
  const found: Record<string, WhatsAppProxy> = {
    "is the one that publishes it": fleetOn(address, "Serving"),
    "is the one in which it drains": fleetOn(address, "Draining"),
  };
  for (const [name, fleet] of Object.entries(found))
    test(name, () => assert.equal(fleetWith(address, [other, fleet]), fleet));

  test("is found by an IPv6 address, however its status writes it", () => {
    const fleet = fleetOn("2001:DB8::9", "Serving");
    assert.equal(fleetWith("2001:db8::9", [fleet]), fleet);
  });

  const none: Record<string, readonly WhatsAppProxy[]> = {
    "where there is no fleet": [],
    "where others have other addresses": [other],
    "where nobody uses it yet": [fleetOn(address, "Verifying")],
  };
  for (const [name, fleets] of Object.entries(none))
    test(`is not found ${name}`, () =>
      assert.throws(() => fleetWith(address, fleets), /no fleet's people use 203\.0\.113\.12/));

  test("is asked for where several say that they have it", () => {
    const several = [fleetOn(address, "Serving"), fleetOn(address, "Draining", "friends")];
    assert.throws(
      () => fleetWith(address, several),
      /several fleets have .*: proxies\/family, proxies\/friends\. Name one with --fleet/,
    );
  });
});

describe("a report on a fleet", () => {
  const forIran = { ...parsedFleet().spec, audience: { countries: ["IR", "TM"] } };

  test("is fine for any country where the fleet names none", () =>
    assert.doesNotThrow(() => checkReportable(parsedFleet(), "IR")));
  test("is fine for a country of its audience", () =>
    assert.doesNotThrow(() => checkReportable(parsedFleet({ spec: forIran }), "TM")));
  test("is refused for another country, since nobody would move", () =>
    assert.throws(
      () => checkReportable(parsedFleet({ spec: forIran }), "IE"),
      /--country "IE": WhatsAppProxy proxies\/family is for IR, TM alone.*add IE to spec\.audience/,
    ));
  test("is refused while the fleet is being deleted", () =>
    assert.throws(
      () => checkReportable(parsedFleet({ metadata: { deletionTimestamp: since } }), "IR"),
      /proxies\/family is being deleted/,
    ));
});

describe("a report that is open", () => {
  const cases: Record<
    string,
    { annotation?: string; answered?: string; expect: string | undefined }
  > = {
    "is none without the annotation": { expect: undefined },
    "is none where that is blank": { annotation: " ", expect: undefined },
    "is none once it is answered": {
      annotation: " a IR 1 ",
      answered: "a IR 1",
      expect: undefined,
    },
    "is there before any answer": { annotation: "a IR 1", expect: "a IR 1" },
    "is there while only an older one is answered": {
      annotation: "a IR 2",
      answered: "a IR 1",
      expect: "a IR 2",
    },
  };
  for (const [name, { annotation, answered, expect }] of Object.entries(cases))
    test(name, () => {
      const annotations = annotation === undefined ? {} : { [reportBlockedAnnotation]: annotation };
      const status = answered === undefined ? {} : { lastHandledReport: answered };
      assert.equal(openReport(parsedFleet({ metadata: { annotations }, status })), expect);
    });
});
