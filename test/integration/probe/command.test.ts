import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { tokenHash } from "../../../src/ingestion/io/tokens.ts";
import type { AgentVantagePoint } from "../../../src/ingestion/vantage-points.ts";
import { parseProbeLine } from "../../../src/probe/line.ts";
import { type Endpoint, noWork, startEndpoint, tehran } from "./endpoint.ts";
import { closedPort } from "./servers.ts";

const main = join(import.meta.dirname, "../../../src/main.ts");

let folder = "";
let endpoint: Endpoint;
const known: AgentVantagePoint[] = [];

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "proxyfleet-command-"));
  const ports = [{ listener: "chat", port: await closedPort() }] as const;
  const target = { address: "127.0.0.1", ports, mediaServerName: "whatsapp.net" };
  endpoint = await startEndpoint({
    vantagePoints: () => known,
    targetsFor: () => ({ ...noWork, targets: [{ ...target, certificateSHA256: undefined }] }),
  });
  writeFileSync(join(folder, "tls.crt"), endpoint.certificate.cert);
});
after(async () => {
  await endpoint.close();
  rmSync(folder, { recursive: true });
});

/** Runs `proxyfleet probe` with these arguments, and nothing of this shell's. */
async function probe(args: readonly string[], input = "") {
  const child = spawn(process.execPath, [main, "probe", ...args], {
    env: { PATH: process.env["PATH"] ?? "", XDG_STATE_HOME: folder },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.end(input);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (child.exitCode === null) await once(child, "exit");
  return { out, err, code: child.exitCode };
}

test("an admin makes a line, a volunteer starts with it, and results arrive", async () => {
  const to = ["--to", `127.0.0.1:${String(endpoint.port)}`, "--to", "probe.example.org"];
  const invited = await probe(["invite", ...to, "--certificate", join(folder, "tls.crt")]);
  assert.equal(invited.code, 0, invited.err);
  const piped = await probe(["invite", ...to, "--certificate", "-"], endpoint.certificate.cert);
  const pin = /known by its key, SHA-256 \w{64}/;
  assert.equal(pin.exec(piped.out)?.[0], pin.exec(invited.out)?.[0] ?? "");
  const token = /^token: (\S+)$/m.exec(invited.out)?.[1] ?? "";
  const line = /^line: +(\S+)$/m.exec(invited.out)?.[1] ?? "";
  assert.equal(parseProbeLine(line).token, token);
  assert.match(invited.out, /█▀▀/, "the line as a QR code");

  known.push({ ...tehran, tokenSHA256: tokenHash(`${token}\n`) });
  const run = await probe(["-", "--once", "--private-targets"], `${line}\n`);
  assert.deepEqual([run.code, run.err], [0, "1 addresses to test\nstopped\n"]);
  assert.equal(run.out, "");
  assert.deepEqual(
    endpoint.evidence.map(({ outcome }) => outcome),
    [{ kind: "Failed", at: "tcp", failure: { kind: "Refused" } }],
  );

  const shown = await probe(["show", line]);
  assert.match(shown.out, /^operator: 127\.0\.0\.1:\d+, probe\.example\.org:443\nknown by its key/);
  assert.ok(!shown.out.includes(token));

  const second = await probe(
    ["invite", "--to", "203.0.113.9", "--public-certificate", "--token", "-"],
    `${token.toLowerCase()}\n`,
  );
  assert.match(second.out, new RegExp(`^token: ${token}$`, "m"));
});

describe("a call that is off says what to do", () => {
  const cases: Record<string, { args: readonly string[]; message: RegExp }> = {
    "without a line": { args: [], message: /give the line that the operator sent you/ },
    "with half a line": { args: ["PF1:ABCD"], message: /not whole, or a letter is wrong/ },
    "with a line in two pieces": { args: ["PF1:AB", "CD"], message: /one line, without spaces/ },
    "with a flag that nobody knows": { args: ["--fast"], message: /unknown or incomplete flag/ },
    "an invitation to nowhere": {
      args: ["invite", "--public-certificate"],
      message: /--to: say where/,
    },
    "an invitation to no address": {
      args: ["invite", "--to", "https://x", "--public-certificate"],
      message: /"https:\/\/x" is no address. Write it like/,
    },
    "an invitation without a certificate": {
      args: ["invite", "--to", "203.0.113.9"],
      message: /either --certificate or --public-certificate/,
    },
    "an invitation with no certificate in the file": {
      args: ["invite", "--to", "203.0.113.9", "--certificate", main],
      message: /no certificate in PEM/,
    },
  };
  for (const [name, { args, message }] of Object.entries(cases))
    test(name, async () => {
      const { code, err, out } = await probe(args);
      assert.equal(code, 1);
      assert.match(err, message);
      assert.equal(out, "");
    });

  test("--help explains", async () => {
    assert.match((await probe(["--help"])).out, /^Usage: proxyfleet probe LINE/);
    assert.match((await probe(["invite", "--help"])).out, /^Usage: proxyfleet probe invite/);
  });
});
