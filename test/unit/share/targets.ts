import * as fc from "fast-check";
import type { PublishedTarget } from "../../../src/share/slot-share.ts";
import { instant } from "../../../src/values/time.ts";

const port = fc.integer({ min: 1, max: 65_535 });

/** Whatever a slot may publish. */
export const targets: fc.Arbitrary<PublishedTarget> = fc.record(
  {
    host: fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()),
    chatPort: port,
    mediaPort: port,
    chatTls: fc.boolean(),
    since: fc.integer({ min: 0, max: Date.UTC(2100, 0) }).map(instant),
  },
  { noNullPrototype: true },
);

/** A target as most have it. */
export const usual: PublishedTarget = {
  host: "203.0.113.9",
  chatPort: 443,
  mediaPort: 587,
  chatTls: true,
  since: instant(Date.UTC(2026, 10, 23, 12)),
};
