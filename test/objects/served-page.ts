import { createHash } from "node:crypto";
import type { ServedPage } from "../../src/pages/served-page.ts";
import type { SlotShare } from "../../src/share/slot-share.ts";
import { instant } from "../../src/values/time.ts";
import { proxies } from "./metadata.ts";

export const pagePath = "abcdefghijklmnopqrstuvwxyz";

/** What the group of slot 0 of the fleet `family` is to know. */
export function slotShare(given: Partial<SlotShare> = {}): SlotShare {
  return {
    seat: { namespace: proxies, fleet: "family", slot: 0 },
    path: pagePath,
    published: {
      host: "203.0.113.9",
      chatPort: 443,
      mediaPort: 587,
      chatTls: true,
      since: instant(Date.parse("2026-11-23T12:00:00Z")),
    },
    countries: ["IR"],
    ...given,
  };
}

/** Its page, with a button. */
export function pageOf(given: Partial<SlotShare> = {}): ServedPage {
  const share = slotShare(given);
  const id = createHash("sha256").update(`/${share.path}`).digest("hex");
  return { id, share, reported: share.published?.host };
}
