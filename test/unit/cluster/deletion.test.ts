import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pino } from "pino";
import { type DeletionAnswer, deletionOf, isDeletionAsked } from "../../../src/cluster/deletion.ts";
import { Deletions } from "../../../src/cluster/io/deletions.ts";
import type { KubeObject } from "../../../src/kubernetes/objects.ts";
import { ledgerRules } from "../../../src/pulumi/chart/rules.ts";
import { yieldToEventLoop } from "../../../src/runtime/clock.ts";
import { Inquiries } from "../../../src/runtime/inquiries.ts";
import { fleetObject } from "../../objects/fleet.ts";
import { liveMeta } from "../../objects/metadata.ts";
import { at, noon } from "../rotation/build.ts";

const log = pino({ level: "silent" });
const deletionTimestamp = "2026-11-23T11:59:00Z";
const leaving = fleetObject({ metadata: liveMeta("u1", { deletionTimestamp }) });
const names = ["whatsappproxies", "addresspools", "proxyaddresses"].map(
  (plural) => `${plural}.proxyfleet.dev`,
);

describe("an object that is being deleted", () => {
  const answered = { uid: "u1", definitions: [], unread: undefined, at: noon };
  const cases: Record<
    string,
    { of?: KubeObject; answer?: DeletionAnswer; kind: string; asked?: boolean }
  > = {
    "is no question while it is not": {
      of: fleetObject({ metadata: liveMeta("u1") }),
      kind: "none",
    },
    "counts as one that stays until the server was asked": { kind: "unconfirmed", asked: true },
    "counts as one that stays where the answer is about an earlier one of its name": {
      answer: { ...answered, uid: "u0" },
      kind: "unconfirmed",
      asked: true,
    },
    "ends where a person deleted it": { answer: answered, kind: "wished" },
    "stays while a CRD is being deleted, since that is never undone": {
      answer: { ...answered, definitions: names.slice(0, 1) },
      kind: "held",
    },
    "stays where nobody may read the CRDs": {
      answer: { ...answered, unread: "forbidden" },
      kind: "held",
    },
    "is asked about again after half a minute where nobody may read the CRDs": {
      answer: { ...answered, unread: "forbidden", at: at(-30) },
      kind: "held",
      asked: true,
    },
  };
  for (const [name, { of = leaving, answer, kind, asked = false }] of Object.entries(cases))
    test(name, () => {
      const deletion = deletionOf(of, answer);
      assert.deepEqual([deletion.kind, isDeletionAsked(deletion, noon)], [kind, asked]);
    });

  test("that stays says which CRD is being deleted, and what to do first", () => {
    const definitions = ["whatsappproxies.proxyfleet.dev"];
    const deletion = deletionOf(leaving, { ...answered, definitions });
    assert.ok(deletion.kind === "held");
    assert.match(deletion.message, /whatsappproxies\.proxyfleet\.dev is being deleted.*backup/);
  });
});

describe("the server's word on a deletion", () => {
  type Reading = "there" | "leaving" | "gone" | "forbidden";
  const askAbout = async (name: string, reading: Reading) => {
    const get = async (_of: unknown, key: { readonly name: string }) => {
      if (key.name !== name || reading === "there") return { metadata: { name: key.name } };
      if (reading === "forbidden") throw new Error("customresourcedefinitions is forbidden");
      if (reading === "gone") return undefined;
      return { metadata: { name: key.name, deletionTimestamp } };
    };
    const client = { get } as unknown as ConstructorParameters<typeof Deletions>[0]["client"];
    const inquiries = new Inquiries<DeletionAnswer>({ atOnce: 1, deadlineMs: 60_000, log });
    const deletions = new Deletions({ client, inquiries, now: () => noon, log });
    let isAnswered = false;
    deletions.ask(leaving, () => void (isAnswered = true));
    for (let turn = 0; turn < 10; turn++) await yieldToEventLoop();
    assert.ok(isAnswered);
    return deletions.of(leaving).kind;
  };

  for (const name of names) {
    test(`is that a person wants it while ${name} stays`, async () =>
      assert.equal(await askAbout(name, "there"), "wished"));
    for (const reading of ["leaving", "gone", "forbidden"] as const)
      test(`is not that a person wants it where ${name} is ${reading}`, async () =>
        assert.equal(await askAbout(name, reading), "held"));
  }

  for (const reading of ["leaving", "gone", "forbidden"] as const)
    test(`is that a person wants it also where the CRD of vantage points is ${reading}`, async () =>
      assert.equal(await askAbout("vantagepoints.proxyfleet.dev", reading), "wished"));

  test("may be asked for by the chart's rights, for each kind that serves people", () => {
    const rule = ledgerRules.find(({ resources }) =>
      resources.includes("customresourcedefinitions"),
    );
    assert.deepEqual(rule?.resourceNames?.toSorted(), names.toSorted());
    assert.deepEqual(rule?.verbs, ["get"]);
  });
});
