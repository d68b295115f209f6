import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { renderHaproxyConfig } from "../../../src/proxy/haproxy.ts";

const page = readFileSync(new URL("../../../docs/proxy.md", import.meta.url), "utf8");

const config = renderHaproxyConfig({
  listeners: {},
  upstream: {
    chat: {
      servers: ["g.whatsapp.net:5222"],
      fallback: ["g.whatsapp.net:443"],
      proxyProtocol: "V2",
    },
    media: { servers: ["whatsapp.net:443"] },
  },
  limits: {
    maxConnections: 27_500,
    connectionsPerClient: 0,
    connectionRatePerClient: 0,
    clientsSeen: "WithProxyHeader",
  },
  bank: 1,
  strangers: { seed: "seed", decoy: "Page", serverNames: [] },
});

/** What the page says that the configuration has: the code in the lines that begin with "here". */
function claimed(): string[] {
  const lines = page.split("\n").filter((line) => line.startsWith("  - here: "));
  return lines.flatMap((line) => [...line.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code));
}

/** The lines of a section of the configuration. */
function directives(section: string): string[] {
  const [, body = ""] = new RegExp(`^${section}\\n((?: {4}.*\\n)+)`, "m").exec(config) ?? [];
  return body
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

test("what docs/proxy.md says of the configuration is in it", () => {
  const claims = claimed();
  assert.ok(claims.length > 20, "the lines are found");
  for (const claim of claims) assert.ok(config.includes(claim), `no configuration has: ${claim}`);
});

test("docs/proxy.md gives a reason for each value of our own", () => {
  const claims = claimed();
  const given = [...directives("global"), ...directives("defaults")].filter(
    (line) => line !== "mode tcp",
  );
  assert.ok(given.length > 20, "the sections are found");
  for (const line of given)
    assert.ok(claims.includes(line), `docs/proxy.md has no line "here" with: ${line}`);
});
