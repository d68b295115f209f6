import assert from "node:assert/strict";
import { test } from "node:test";
import { asCalled, programName } from "../../../../src/cli/call/program-name.ts";

test("a program that kubectl started as its plugin says so", () => {
  assert.equal(programName("node", "/usr/local/bin/kubectl-proxyfleet"), "kubectl proxyfleet");
  assert.equal(programName("/krew/bin/kubectl-proxyfleet", "status"), "kubectl proxyfleet");
  assert.equal(
    programName("C:\\kubectl-proxyfleet.exe".replaceAll("\\", "/"), undefined),
    "kubectl proxyfleet",
  );
  assert.equal(programName("node", "/app/proxyfleet.mjs"), "proxyfleet");
});

test("texts name commands as they were called, and leave other words alone", () => {
  const text =
    "Usage: proxyfleet <command>; see proxyfleet plan --help, or charts/proxyfleet for more";
  assert.equal(
    asCalled(text, "kubectl proxyfleet"),
    "Usage: kubectl proxyfleet <command>; see kubectl proxyfleet plan --help, or charts/proxyfleet for more",
  );
  assert.equal(asCalled(text, "proxyfleet"), text);
});
