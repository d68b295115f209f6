import { z } from "zod";
import { integer, line, list } from "./common.ts";
import { knownCountry } from "./countries.ts";
import { duration, notLonger, positiveDuration } from "./duration.ts";
import { matchLabels } from "./metadata-keys.ts";
import { matching, withRules } from "./validation-rule.ts";

/**
 * Five fields of digits, names, '*', ',', '-' and '/'. Whether such a time ever comes is for the
 * operator to say.
 */
const cron = /^[-0-9A-Za-z*,/]+( +[-0-9A-Za-z*,/]+){4}$/;
const timeZone = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/;

const rotationWindow = z.object({
  cron: withRules(
    line(128),
    matching(
      cron,
      'must have five fields (minute, hour, day, month, weekday), such as "0 2 * * *"',
    ),
  ).describe("When the window opens: minute, hour, day of the month, month, day of the week."),
  duration: positiveDuration().describe("How long the window stays open, e.g. 4h."),
  timeZone: withRules(
    line(64, 1),
    matching(timeZone, "must be a time zone name, such as Asia/Tehran or UTC"),
  )
    .default("UTC")
    .describe("Time zone of cron, an IANA name such as Asia/Tehran. Default: UTC."),
});

/** How long an address that people were given still serves after it was replaced. */
const drain = z.object({
  scheduled: duration().default("24h").describe("After a move by age or by hand. Default: 24h."),
  blocked: duration().default("1h").describe("After a move because of a block. Default: 1h."),
});

/** When the slots of a fleet move to fresh addresses. */
export const rotation = withRules(
  z.object({
    onBlocked: z
      .boolean()
      .default(true)
      .describe("Move a slot whose address is blocked. Default: true."),
    onPortBlocked: z
      .boolean()
      .default(true)
      .describe(
        "Move a slot also where one port of its address is blocked, and another works. Needs onBlocked. Default: true.",
      ),
    maxAge: duration()
      .default("48h")
      .describe("Move a slot whose address has served this long; 0s = never by age. Default: 48h."),
    minAge: duration()
      .default("6h")
      .describe("No scheduled move before this age; a block may move a slot earlier. Default: 6h."),
    jitterPercent: integer(0, 100)
      .default(20)
      .describe(
        "How much maxAge varies, so that slots don't move together, 0 to 100. Default: 20.",
      ),
    windows: list(rotationWindow, 8)
      .default([])
      .describe("Scheduled moves happen only inside these windows; none = at any time. At most 8."),
    drain: drain.prefault({}).describe("How long a replaced address still serves."),
    maxConcurrent: integer(1, 64)
      .default(1)
      .describe("Slots that may move at once, 1 to 64. Default: 1."),
    maxPerHourPercent: integer(1, 100)
      .default(25)
      .describe(
        "Share of the slots that may move by schedule in an hour, 1 to 100; at least one slot may. Default: 25.",
      ),
  }),
  notLonger("minAge", "maxAge", "0s"),
);

/** Whose verdicts count. */
export const audience = z.object({
  countries: list(knownCountry(), 64, { type: "set" })
    .default([])
    .describe(
      "Countries whose verdicts count, ISO 3166-1 alpha-2; none = every country with a vantage point. At most 64.",
    ),
});

/** When an address counts as blocked. */
export const reachability = z.object({
  vantagePoints: z
    .object({
      matchLabels: matchLabels()
        .default({})
        .describe("Labels, all of which a VantagePoint must have."),
    })
    .exactOptional()
    .describe("Which vantage points count; none = all of the audience's countries."),
  blockedWhen: z
    .object({
      failures: integer(1, 100)
        .default(3)
        .describe("Failed measurements that make a block, 1 to 100. Default: 3."),
      vantagePoints: integer(1, 100)
        .default(2)
        .describe("Vantage points that must agree, 1 to 100. Default: 2."),
      within: positiveDuration()
        .default("30m")
        .describe("How recent the failures must be. Default: 30m."),
    })
    .prefault({})
    .describe("What makes the verdict Blocked."),
  traffic: z
    .enum(["Suspect", "Ignore"])
    .default("Suspect")
    .describe(
      "What may follow where people open no new sessions on an address, while other groups go on. Suspect: the verdict Suspected, and tests at once; nothing moves because of it alone. Ignore: nothing. Default: Suspect.",
    ),
  people: z
    .enum(["Suspect", "Block", "Ignore"])
    .default("Suspect")
    .describe(
      "What reports over the share page may lead to by themselves. Suspect: the verdict Suspected, and tests at once; nothing moves because of them alone. Block: the verdict Blocked, so that anyone who has the page can make the slot move. Ignore: nothing. Default: Suspect.",
    ),
  outagePercent: integer(1, 100)
    .default(50)
    .describe(
      "If more than this share of a country's published addresses, over all fleets, and at least 3, fail together, it is an outage: nothing moves. 1 to 100; 100: never. Default: 50.",
    ),
});
