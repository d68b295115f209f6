import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import * as fc from "fast-check";
import { issueCertificate } from "../../src/proxy/io/issue-certificate.ts";
import { haproxyInput, renderHaproxyConfig } from "../../src/proxy/haproxy.ts";
import { specOf } from "../unit/proxy/sample.ts";

/** A real HAProxy (3.0 is what the image has): `PROXYFLEET_HAPROXY`, or the one in PATH. */
const haproxy = process.env["PROXYFLEET_HAPROXY"] ?? "haproxy";
const version = spawnSync(haproxy, ["-v"], { encoding: "utf8" }).stdout ?? "";
const skip = /^HAProxy version [3-9]/.test(version)
  ? false
  : `NOT TESTED: "${haproxy}" is not HAProxy 3.0 or later. Name one in PROXYFLEET_HAPROXY.`;

const inputs = 60;

/** Three keys of 80 bytes, as HAProxy wants them (`tls-ticket-keys`). */
const ticketKeys = `${Buffer.alloc(80).toString("base64")}\n`.repeat(3);

const host = fc.oneof(
  fc.constantFrom(
    "g.whatsapp.net",
    "g-fallback.whatsapp.net",
    "relay.proxies.svc.cluster.local",
    "a",
    "x".repeat(60),
  ),
  fc.ipV4(),
  fc.ipV6().map((address) => `[${address}]`),
);
const server = fc
  .tuple(host, fc.integer({ min: 1, max: 65_535 }))
  .map(([name, port]) => `${name}:${port}`);
const servers = fc.array(server, { minLength: 1, maxLength: 8 });

/**
 * Fleets as people write them, with all fields that a configuration depends on. What is left out
 * has its default.
 */
const spec = fc
  .record(
    {
      listeners: fc.record(
        {
          chat: fc.record({
            port: fc.constantFrom(443, 8443),
            decoy: fc.constantFrom("Page", "None"),
          }),
          media: fc.record({
            serverNames: fc.constantFrom(
              [],
              ["whatsapp.net"],
              ["*.whatsapp.net"],
              ["a.example", "*.b.example"],
            ),
          }),
          plainChat: fc.record({ port: fc.constantFrom(5222, 80) }),
        },
        { requiredKeys: [] },
      ),
      upstream: fc.record(
        {
          chat: fc.record(
            { servers, fallback: servers, proxyProtocol: fc.constantFrom("V2", "V1", "None") },
            { requiredKeys: [] },
          ),
          media: fc.record({ servers }),
        },
        { requiredKeys: [] },
      ),
      // More connections than this machine has files for are a warning: the supervisor lowers them.
      limits: fc
        .record(
          {
            connectionsPerClient: fc.constantFrom(0, 1, 1_000_000),
            connectionRatePerClient: fc.constantFrom(0, 20, 1_000_000),
          },
          { requiredKeys: [] },
        )
        .chain((limits) =>
          fc
            .integer({ min: 1, max: 5_000 })
            .map((maxConnections) => ({ ...limits, maxConnections })),
        ),
      addresses: fc.record({
        pools: fc.constant([{ name: "pool-a" }]),
        externalTrafficPolicy: fc.constantFrom("Cluster", "Local"),
      }),
    },
    { requiredKeys: ["limits"] },
  )
  .map(specOf);

const input = fc
  .tuple(spec, fc.integer({ min: 1, max: 24 }), fc.uuid())
  .map(([given, bank, seed]) => haproxyInput(given, bank, { seed }));

describe("HAProxy", { skip }, () => {
  let directory = "";

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "proxyfleet-haproxy-"));
    mkdirSync(join(directory, "lanes"));
    const { pem } = await issueCertificate(Date.now(), Math.random);
    for (let lane = 0; lane < 256; lane++) {
      writeFileSync(join(directory, "lanes", `${lane}.pem`), pem);
      writeFileSync(join(directory, "lanes", `${lane}.tickets`), ticketKeys);
      writeFileSync(
        join(directory, "lanes", `${lane}.proxies`),
        lane % 2 === 0 ? "" : "10.0.0.0/8\n2001:db8::/32\n",
      );
    }
  });

  after(() => rmSync(directory, { recursive: true, force: true }));

  /** What HAProxy has against a configuration; nothing if it takes it. */
  async function objections(config: string): Promise<string> {
    const file = join(directory, "haproxy.cfg");
    writeFileSync(file, config.replaceAll("/run/proxyfleet/", `${directory}/`));
    try {
      const { stderr, stdout } = await promisify(execFile)(haproxy, ["-c", "-f", file]);
      return warnings(stdout + stderr);
    } catch (error) {
      return String((error as { stderr?: string }).stderr ?? error);
    }
  }

  /**
   * Warnings too, but for the one that the machine which runs this test has few processors: the
   * supervisor sees to that.
   */
  const warnings = (said: string): string =>
    said
      .split("\n")
      .filter((line) => /\[(?:WARNING|ALERT)\]/.test(line) && !line.includes("'nbthread'"))
      .join("\n");

  test(`takes the configurations of ${inputs} generated fleets without a warning`, async () => {
    await fc.assert(
      fc.asyncProperty(input, async (given) => {
        const config = renderHaproxyConfig(given);
        assert.match(
          config,
          /^# Made by Proxyfleet from a WhatsAppProxy\. /,
          "it says what made it",
        );
        assert.equal(await objections(config), "");
      }),
      { numRuns: inputs },
    );
  });

  test("takes the largest fleet's, and a broken one not", async () => {
    const servers = Array.from({ length: 8 }, (_, index) => `server-${index}.example:443`);
    const largest = renderHaproxyConfig({
      listeners: { plainChat: {} },
      upstream: { chat: { servers, proxyProtocol: "V2" }, media: { servers } },
      limits: {
        maxConnections: 5_000,
        connectionsPerClient: 10,
        connectionRatePerClient: 50,
        clientsSeen: "WithProxyHeader",
      },
      bank: 256,
      strangers: { seed: "largest", decoy: "Page", serverNames: [] },
    });
    assert.equal(await objections(largest), "");
    assert.match(await objections(largest.replace("mode tcp", "mode morse")), /\[ALERT\]/);
  });
});
