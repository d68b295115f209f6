import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { pino } from "pino";
import { addressIndexes } from "../../../src/cluster/caches.ts";
import { ownCertificate } from "../../../src/ingestion/io/own-certificate.ts";
import type { CustomObject, Secret } from "../../../src/kubernetes/objects.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import { operatePages } from "../../../src/pages/io/operate.ts";
import type { ReportEvidence } from "../../../src/reachability/evidence.ts";
import type { ShareKey } from "../../../src/share/tokens.ts";
import { freePorts } from "../../../tooling/free-ports.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { fleetObject } from "../../objects/fleet.ts";
import { secretObject } from "../../objects/secret.ts";
import { pagePath, slotShare } from "../../objects/served-page.ts";
import {
  drawn,
  exchange,
  exchangeTls,
  formTarget,
  key,
  noon,
  request,
  statusOf,
} from "./page-server.ts";

/** An operator with one fleet that serves pages, and what it logs and reports. */
class Stage {
  readonly lines: string[] = [];
  readonly evidence: ReportEvidence[] = [];
  readonly secrets = new Map<string, Secret>();
  key: ShareKey | undefined = key;
  port = 0;
  draws: typeof drawn = drawn;
  readonly #stop = new AbortController();
  #ended: Promise<void> = Promise.resolve();

  async start(certificateSecret?: string): Promise<void> {
    [this.port = 0] = await freePorts(1);
    const fleets = new Store<CustomObject>();
    const metadata = { uid: "u1", resourceVersion: "1" };
    const spec = { audience: { countries: ["IR"] } };
    fleets.recordEvent("ADDED", fleetObject({ metadata, spec }));
    const caches = {
      fleets,
      addresses: new Store<CustomObject>(addressIndexes),
      vantagePoints: new Store<CustomObject>(),
      secrets: new Store<Secret>(),
    };
    const get = async (_: unknown, { name }: { readonly name: string }) => this.secrets.get(name);
    this.#ended = operatePages(
      {
        settings: { port: this.port, podIp: undefined, certificateSecret },
        caches,
        client: { get: get as never },
        namespace: "proxyfleet-system",
        isLeading: () => true,
        isCurrent: () => true,
        holder: () => "",
        take: (found) => void this.evidence.push(...found),
        shares: { of: () => [slotShare()], ofUnreadable: () => [], onChange: () => undefined },
        key: () => this.key,
        render: (view) => this.draws(view),
        chooseLanguage: () => "en",
        now: () => noon,
        log: pino({ level: "trace" }, { write: (line) => this.lines.push(line) }),
      },
      this.#stop.signal,
    );
  }

  async isServed(): Promise<void> {
    await waitFor("pages to be served", () =>
      this.lines.some((line) => line.includes("share pages are served")),
    );
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }
}

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(async () => stage.stop());

describe("an operator that serves pages", () => {
  test("shows a page, takes a report, and logs nothing of either", async () => {
    await stage.start();
    await stage.isServed();
    assert.equal(statusOf(await exchange(stage.port, request("GET"))), 200);
    assert.equal(statusOf(await exchange(stage.port, request("GET", "/guess-of-a-stranger"))), 404);
    assert.match(await exchange(stage.port, request("POST", formTarget())), /class="received"/);
    await exchange(stage.port, "GET /garbage-of-a-stranger\0 HTTP/1.1\r\n\r\n");
    const found = await waitFor("the report", () => stage.evidence[0]);
    assert.deepEqual([found.by, found.address, found.country], ["Page", "203.0.113.9", "IR"]);
    stage.draws = ({ published }) => {
      throw new Error(`${published?.host} ${pagePath}`);
    };
    assert.equal(statusOf(await exchange(stage.port, request("GET", `/${pagePath}?print=1`))), 503);
    const logged = stage.lines.join("");
    assert.match(logged, /a share page could not be made or served/);
    assert.doesNotMatch(logged, new RegExp(`${pagePath}|stranger|203\\.0\\.113|127\\.0\\.0\\.1`));
  });

  test("denies no page only because the key is not known yet", async () => {
    stage.key = undefined;
    await stage.start();
    await assert.doesNotReject(exchange(stage.port, request("GET")));
    assert.equal(await exchange(stage.port, request("GET")), "");
    stage.key = key;
    await stage.isServed();
    assert.equal(statusOf(await exchange(stage.port, request("GET"))), 200);
  });

  test("names the Secret of a certificate that is missing, and serves once it is there", async () => {
    await stage.start("pages-tls");
    await waitFor("the problem", () =>
      stage.lines.some((line) => line.includes("there is no Secret proxyfleet-system/pages-tls")),
    );
    assert.equal(await exchange(stage.port, request("GET")), "");
    const { cert, key } = await ownCertificate(noon, Math.random);
    const files = { "tls.crt": cert, "tls.key": key };
    stage.secrets.set("pages-tls", secretObject({ name: "pages-tls", files }));
    await stage.isServed();
    assert.equal(statusOf(await exchangeTls(stage.port, request("GET"))), 200);
  });
});
