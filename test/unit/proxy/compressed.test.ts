import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { issueCertificate } from "../../../src/proxy/io/issue-certificate.ts";
import { ledgerName } from "../../../src/ledger/name.ts";
import { compressed } from "../../../src/proxy/compressed.ts";
import { type CertifiedLane, renderPodConfig } from "../../../src/proxy/pod-config.ts";
import { noon, seeded } from "../rotation/build.ts";

/** What the API server takes: 1 MiB over all values (Kubernetes, ValidateSecret). */
const mostBytes = 1_048_576;

test("only HAProxy's configuration is compressed, and always into the same bytes", () => {
  const files = { "haproxy.cfg": "global\n", "lanes.json": "{}", "lane-0.pem": "secret" };
  const { "haproxy.cfg.gz": config, ...others } = compressed(files);
  assert.equal(gunzipSync(config ?? "").toString(), "global\n");
  assert.deepEqual(others, {
    "lanes.json": Buffer.from("{}"),
    "lane-0.pem": Buffer.from("secret"),
  });
  assert.deepEqual(compressed(files)["haproxy.cfg.gz"], config);
});

// 64 slots, all lanes open, plain chat, 8 servers each, 32 load balancer networks, both limits.
test("the Secret of the largest fleet that the API takes fits", async () => {
  const { pem, sha256 } = await issueCertificate(noon, seeded(1));
  const open = Array.from({ length: 256 }, (_, lane): CertifiedLane => {
    const proxiesFrom = Array.from(
      { length: 32 },
      (_, index) => `2001:db8:ffff:ffff:ffff:ffff:ffff:${4096 + index}/128`,
    );
    return {
      lane,
      address: ledgerName(`2001:db8:ffff:ffff:ffff:ffff:ffff:${4096 + lane}`),
      uid: crypto.randomUUID(),
      certificateSHA256: sha256,
      pem,
      tickets: { secret: randomBytes(32).toString("base64"), since: "2026-01-01T00:00:00Z" },
      proxiesFrom,
    };
  });
  const servers = (what: string) =>
    Array.from(
      { length: 8 },
      (_, index) => `${what}-${index}.${"long-name.".repeat(20)}example:5222`,
    );
  const files = renderPodConfig(
    {
      listeners: { plainChat: {} },
      upstream: {
        chat: { servers: servers("chat"), proxyProtocol: "V2" },
        media: { servers: servers("media") },
      },
      limits: {
        maxConnections: 1_000_000,
        connectionsPerClient: 100,
        connectionRatePerClient: 100,
        clientsSeen: "Always",
      },
      bank: 256,
      strangers: { seed: "seed", decoy: "Page", serverNames: servers("name") },
      open,
    },
    () => "0".repeat(64),
  );
  assert.ok(
    Buffer.byteLength(files["haproxy.cfg"] ?? "") > mostBytes,
    "without packing it would not",
  );
  const bytes = Object.values(compressed(files)).reduce((sum, { length }) => sum + length, 0);
  assert.ok(bytes < mostBytes, `${bytes} bytes`);
});
