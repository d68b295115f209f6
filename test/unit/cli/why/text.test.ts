import assert from "node:assert/strict";
import { test } from "node:test";
import { plain } from "../../../../src/cli/terminal/paint.ts";
import { formatted } from "../../../../src/cli/terminal/formats.ts";
import { type Explained, whyJson, whyText } from "../../../../src/cli/why/text.ts";
import { whyOutput } from "../../../../src/cli/output/why.ts";

const explained: Explained = {
  namespace: "proxies",
  name: "family",
  steps: [
    { depth: 0, object: "WhatsAppProxy proxies/family", state: "Bad", text: "pods 2/2 ready" },
    {
      depth: 2,
      object: "ProxyAddress ip-203-0-113-9",
      state: "Bad",
      text: "Serving since 2026-11-28 17:00 UTC; blocked in IR (5 timeouts from 3 vantage points)",
    },
    { depth: 1, object: "pods", state: "Unknown", text: "you may not read them" },
  ],
  causes: [
    { name: "PoolDry", says: "slot 0: no address is free", fix: "add addresses to pool-a" },
    { name: "Suspected", says: "slot 1: may be blocked", fix: "wait" },
  ],
};

test("why shows the way to the cause, and ends in one sentence", () => {
  assert.equal(
    whyText({ ...explained, causes: explained.causes.slice(0, 1) }, [], {
      width: 60,
      paint: plain,
    }),
    `-> WhatsAppProxy proxies/family: pods 2/2 ready
    -> ProxyAddress ip-203-0-113-9: Serving since 2026-11-28
       17:00 UTC; blocked in IR (5 timeouts from 3 vantage
       points)
  ?  pods: you may not read them

Slot 0: no address is free. Fix: add addresses to pool-a.
`,
  );
});

test("what else is wrong, and what could not be read, comes behind", () => {
  const text = whyText(explained, ["list pods in namespace proxies"], { width: 80, paint: plain });
  assert.match(
    text,
    /\nAlso: Slot 1: may be blocked\. Fix: wait\.\n\nNot looked at, .*: list pods in/,
  );
});

test("where nothing is wrong, it says so", () => {
  const text = whyText({ ...explained, causes: [] }, [], { width: 80, paint: plain });
  assert.match(text, /\n\nNothing is known to be wrong with proxies\/family\.\n$/);
});

test("why as JSON keeps its shape", () => {
  whyOutput.parse(JSON.parse(formatted(whyJson([explained], ["list pods"]), "json")));
});
