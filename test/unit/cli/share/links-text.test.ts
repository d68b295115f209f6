import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { linksText } from "../../../../src/cli/share/links-text.ts";
import { parseShareLink, shareLink } from "../../../../src/share/link.ts";
import { terminalQr } from "../../../../src/share/qr.ts";
import { readSharedSlots } from "../../../../src/share/shared-slots.ts";
import { pathOf, shareData } from "../../../objects/share-secret.ts";

const { slots } = readSharedSlots(
  shareData([{ page: "a", host: "203.0.113.9" }, { page: "b" }, { host: "2001:db8::9" }]),
  { namespace: "proxies", fleet: "family" },
);
const plain = { output: "text", codes: false, pagesUrl: undefined, colour: false } as const;
const target = { chatPort: 443, mediaPort: 587, chatTls: true };
const first = shareLink({ ...target, host: "203.0.113.9" });
const third = shareLink({ ...target, host: "2001:db8::9" });

describe("links in a terminal", () => {
  test("stand alone on their lines, under what people type by hand", () => {
    assert.deepEqual(linksText(slots, plain).split("\n"), [
      "proxies/family, slot 0",
      "host 203.0.113.9, chat port 443 with TLS, media port 587, since 2026-11-23 14:00 UTC",
      first,
      "",
      "proxies/family, slot 2",
      "host 2001:db8::9, chat port 443 with TLS, media port 587, since 2026-11-23 14:00 UTC",
      third,
    ]);
  });

  test("come with their codes", () => {
    const text = linksText(slots.slice(0, 1), { ...plain, codes: true });
    assert.ok(text.endsWith(`${first}\n\n${terminalQr(first, { colour: false })}`));
  });

  test("come with their pages, as folders of the site", () => {
    const text = linksText(slots, { ...plain, pagesUrl: "https://example.org/keep/" });
    assert.deepEqual(
      text.split("\n").filter((line) => line.startsWith("page")),
      [`page: https://example.org/keep/${pathOf("a")}/`],
    );
  });
});

test("for programs there are links and nothing else, one a line", () => {
  const lines = linksText(slots, { ...plain, output: "links" }).split("\n");
  assert.deepEqual(lines, [first, third]);
  assert.equal(parseShareLink(lines[1] ?? "").host, "2001:db8::9");
});

test("JSON has every slot, also those without a link", () => {
  const style = { ...plain, output: "json", pagesUrl: "https://example.org/" } as const;
  assert.deepEqual(JSON.parse(linksText(slots.slice(0, 2), style)), [
    {
      namespace: "proxies",
      fleet: "family",
      slot: 0,
      link: first,
      host: "203.0.113.9",
      chatPort: 443,
      mediaPort: 587,
      chatTLS: true,
      since: "2026-11-23T14:00:00Z",
      path: pathOf("a"),
      page: `https://example.org/${pathOf("a")}/`,
    },
    {
      namespace: "proxies",
      fleet: "family",
      slot: 1,
      link: null,
      path: pathOf("b"),
      page: `https://example.org/${pathOf("b")}/`,
    },
  ]);
});
