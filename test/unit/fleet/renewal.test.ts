import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { parseWhatsAppProxy } from "../../../src/api/fleet.ts";
import { appliedMarks } from "../../../src/api/names.ts";
import { IssuedCertificates } from "../../../src/fleet/io/certificates.ts";
import type { ObservedFleet } from "../../../src/fleet/observed.ts";
import { hashOfObject } from "../../../src/kubernetes/difference.ts";
import type { Secret } from "../../../src/kubernetes/objects.ts";
import type { IssuedCertificate } from "../../../src/proxy/certificate.ts";
import { certificateLives } from "../../../src/proxy/io/certificate-lives.ts";
import { issueCertificate } from "../../../src/proxy/io/issue-certificate.ts";
import { laneCertificates } from "../../../src/proxy/lane-certificates.ts";
import { renewalAt } from "../../../src/proxy/renewal.ts";
import { ticketsEndAt } from "../../../src/proxy/ticket-secret.ts";
import { type Instant, hours, minutes, plus } from "../../../src/values/time.ts";
import { noon, seeded } from "../rotation/build.ts";
import { entry, fleet, observed } from "./observed-fleet.ts";
import { decideFleet } from "../../../src/fleet/decide.ts";

const serving = entry("203.0.113.1", { lane: 0, want: "Serve", phase: "Serving" });
const uid = "uid-0";
const key = "proxies/family";
const days = (count: number) => hours(24 * count);
const make = async (now: Instant): Promise<IssuedCertificate> => issueCertificate(now, seeded(1));

/** A fleet that moves by no age, so that its addresses serve for years. */
const unmoving = {
  parsed: parseWhatsAppProxy({
    ...fleet,
    spec: { ...fleet.spec, rotation: { maxAge: "0s" } },
  }),
};

/** The Secret as the API server has it once it was applied. */
function stored(secret: Secret): Secret {
  const { metadata } = secret;
  const annotations = { ...metadata.annotations, [appliedMarks.hash]: hashOfObject(secret) };
  return { ...secret, metadata: { ...metadata, annotations } };
}

/** What is planned at that moment of a fleet that has this Secret, and these certificates ready. */
function planAt(
  now: Instant,
  secret: Secret | undefined,
  certificates: ObservedFleet["certificates"] = new Map(),
) {
  const children = { ...observed([]).children, secret };
  const given = observed([serving], {
    ...unmoving,
    children,
    certificates,
    lives: certificateLives(secret),
  });
  const plan = decideFleet(given, { now, random: () => 0.5 });
  const write = plan.effects.find(({ id }) => id === "secret");
  return { ...plan, secret: write?.kind === "apply" ? stored(write.object) : undefined };
}

/** The Secret of a fleet whose certificate was made at noon. */
async function secretAtNoon(): Promise<Secret> {
  const { secret } = planAt(noon, undefined, new Map([[uid, await make(noon)]]));
  assert.ok(secret !== undefined);
  return secret;
}

const shown = (secret: Secret | undefined) => laneCertificates(secret)[0];

/** When the certificate of a Secret is due. */
function dueAt(secret: Secret): Instant {
  return renewalAt(certificateLives(secret).get(shown(secret)!.sha256)!, uid);
}

describe("an address that serves for years never shows an expired certificate", () => {
  test("since its lane is looked at when it is to be renewed, and not before", async () => {
    const secret = await secretAtNoon();
    const due = dueAt(secret);
    const before = planAt(plus(due, minutes(-5)), secret);
    assert.deepEqual([before.asks, before.requeueAt], [[], due]);
    const { sha256 } = shown(secret)!;
    assert.deepEqual(planAt(due, secret).asks, [{ kind: "renewal", uid, of: sha256 }]);
  });

  test("since what else is to be written waits for no renewal", async () => {
    const secret = await secretAtNoon();
    const { effects } = planAt(dueAt(secret), secret);
    assert.ok(effects.some(({ id }) => id === "deployment"));
  });

  test("and is given the next one in its place, once, also after crashes", async () => {
    let secret: Secret | undefined = await secretAtNoon();
    const due = dueAt(secret);
    const old = shown(secret)?.sha256;
    let made = new IssuedCertificates(make);
    for (let pass = 0; pass < 6; pass++) {
      if (pass === 1) made = new IssuedCertificates(make); // the process died, nothing is written
      const plan = planAt(due, secret, made.issued(key, secret));
      for (const ask of plan.asks) if (ask.kind === "renewal") await made.issue(key, ask, due);
      secret = plan.secret ?? secret;
    }
    const renewed = shown(secret)!;
    assert.notEqual(renewed.sha256, old);
    assert.deepEqual([renewed.lane, renewed.uid, made.issued(key, secret).size], [0, uid, 0]);
    assert.ok(new X509Certificate(renewed.pem).validToDate.getTime() > plus(due, days(300)));
    const settled = planAt(due, secret);
    assert.deepEqual([settled.asks, settled.secret], [[], undefined]);
  });

  test("and keeps the one that it has until the next one is written", async () => {
    const secret = await secretAtNoon();
    const due = dueAt(secret);
    const made = new IssuedCertificates(make);
    await made.issue(key, { uid, of: shown(secret)!.sha256 }, due);
    const another = new Map([["f".repeat(64), await make(due)]]);
    const { sha256 } = shown(planAt(due, secret, another).secret)!;
    assert.equal(sha256, shown(secret)!.sha256, "only the ticket secret is another one by then");
    assert.equal(made.issued(key, undefined).size, 0, "it replaces nothing any more");
  });
});

describe("the moment of a renewal", () => {
  const life = { from: plus(noon, days(-61)), to: plus(noon, days(365)) };

  test("is well before the end, and well after the beginning", async () => {
    fc.assert(
      fc.property(fc.uuid(), (claim) => {
        const at = renewalAt(life, claim);
        assert.ok(at > plus(noon, days(180)) && at < plus(life.to, days(-100)));
        assert.equal(at, renewalAt(life, claim));
      }),
    );
  });

  test("is another one for each lane: certificates that change together belong together", () => {
    const moments = Array.from({ length: 64 }, (_, i) => renewalAt(life, `claim-${i}`));
    assert.equal(new Set(moments).size, 64);
  });

  test("is never, where the certificate can't be read: what is unknown stays", async () => {
    const made = { pem: "pem", sha256: "c".repeat(64) };
    const { secret } = planAt(noon, undefined, new Map([[uid, made]]));
    const plan = planAt(plus(noon, days(4_000)), secret);
    assert.deepEqual([plan.asks, certificateLives(secret).size], [[], 0]);
  });
});

describe("a lane's ticket secret", () => {
  const later = (made: Secret) => ticketsEndAt(shown(made)!.tickets!, uid);

  test("is replaced when it is to be, with nothing else, and then left alone", async () => {
    const secret = await secretAtNoon();
    const end = later(secret);
    const before = planAt(plus(end, minutes(-5)), secret);
    assert.deepEqual([before.secret, before.requeueAt], [undefined, end]);
    const next = planAt(end, secret).secret!;
    assert.notEqual(shown(next)!.tickets!.secret, shown(secret)!.tickets!.secret);
    assert.deepEqual({ ...shown(next)!, tickets: 0 }, { ...shown(secret)!, tickets: 0 });
    assert.equal(planAt(end, next).secret, undefined);
  });

  test("is made for a lane of a Secret from an earlier version", async () => {
    const secret = await secretAtNoon();
    const { "lane-0.tickets": _, ...data } = secret.data!;
    const next = planAt(plus(noon, hours(1)), { ...secret, data }).secret!;
    assert.ok(shown(next)!.tickets);
  });
});
