import * as fc from "fast-check";
import type { ControllerName } from "../../../stand-ins/simulated-cluster/operator/operator.ts";

/** What becomes of the operator's next writes. */
export type Trouble =
  "forbidden" | "notAllowed" | "tooMany" | "broken" | "overtaken" | "lost" | "answerLost" | "late";

/** The operator does something. `life` is how many writes it makes before it is killed. */
type Run =
  | { readonly do: "everybodyRuns"; readonly times: number }
  | { readonly do: "operatorIsKilled"; readonly life: number }
  | {
      readonly do: "controllerRuns";
      readonly controller: ControllerName;
      readonly pick: number;
      readonly life: number;
      /** Whether it hears all news first. */
      readonly hears: boolean;
    }
  | { readonly do: "deposedRuns"; readonly controller: ControllerName; readonly pick: number };

/** Something comes between the operator and the API server. */
export type Hindrance =
  | {
      readonly do: "writesFail";
      readonly how: Trouble;
      readonly of: string;
      readonly times: number;
    }
  | { readonly do: "eventsArrive" | "eventsAreLost"; readonly of: string; readonly count: number }
  | { readonly do: "eventRepeats"; readonly of: string }
  | { readonly do: "lateWritesArrive" | "anotherLeads" };

/** Something happens around the operator. */
export type Happening =
  | { readonly do: "wait"; readonly seconds: number }
  /** Doubted: another clock contradicts it. */
  | { readonly do: "clockJumps"; readonly seconds: number; readonly doubted: boolean }
  | { readonly do: "provider"; readonly state: "works" | "silent" | "broken" }
  | {
      readonly do: "addressBreaks" | "addressChanges" | "addressIsTakenBack" | PodTrouble;
      readonly pick: number;
    }
  | { readonly do: "othersRun" | "sessionsEnd" }
  /** The load balancer refuses one of three addresses that are asked of it from now on, or none. */
  | { readonly do: "balancerRefuses"; readonly third: number | undefined };

type PodTrouble = "podDies" | "podIsStuck" | "podIsSilent" | "podIsUnready";

/** People or measurements change something. */
export type Change =
  | { readonly do: "askRotation"; readonly slot: number | undefined }
  | { readonly do: "count"; readonly to: number }
  | { readonly do: "pause"; readonly on: boolean }
  | {
      readonly do: "measured";
      readonly pick: number;
      readonly verdict: "Blocked" | "Suspected" | "Reachable";
    }
  | { readonly do: "report" | "deleteEntry" | "loseEntry"; readonly pick: number }
  | { readonly do: "restore" | "allFail" | "deleteFleet" | "createFleet" };

/** Something that happens. */
export type Step = Run | Hindrance | Happening | Change;

const pick = fc.nat(20);
const life = fc.nat(6);
const controller = fc.constantFrom("fleet", "fleet", "address", "address", "pool", "orphan");
const watched = fc.constantFrom(
  "ProxyAddress",
  "WhatsAppProxy",
  "Service",
  "Secret",
  "Pod",
  "AddressPool",
);
/** The plural of what is written; anything where it is empty. */
const written = fc.constantFrom(
  "",
  "proxyaddresses",
  "proxyaddresses/status",
  "whatsappproxies",
  "whatsappproxies/status",
  "services",
  "secrets",
  "deployments",
);
const troubles: readonly Trouble[] = [
  "forbidden",
  "notAllowed",
  "tooMany",
  "broken",
  "overtaken",
  "lost",
  "answerLost",
  "late",
];

/** How often each kind of step comes about, and what it is. */
const kinds: readonly (readonly [weight: number, step: fc.Arbitrary<Step>])[] = [
  [10, step("everybodyRuns", { times: fc.integer({ min: 1, max: 6 }) })],
  [3, step("operatorIsKilled", { life: fc.nat(20) })],
  [6, step("controllerRuns", { controller, pick, life, hears: fc.boolean() })],
  [2, step("eventsArrive", { of: watched, count: fc.integer({ min: 1, max: 5 }) })],
  [2, step("eventsAreLost", { of: watched, count: fc.integer({ min: 1, max: 5 }) })],
  [1, step("eventRepeats", { of: watched })],
  [3, step("writesFail", { how: fc.constantFrom(...troubles), of: written, times: fc.nat(3) })],
  [2, step("deposedRuns", { controller, pick })],
  [
    4,
    step("wait", {
      seconds: fc.oneof(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 31, max: 300 }),
        fc.integer({ min: 301, max: 900 }),
      ),
    }),
  ],
  [4, step("askRotation", { slot: fc.option(fc.nat(3), { nil: undefined }) })],
  [2, step("othersRun")],
  [1, step("sessionsEnd")],
  [2, step("count", { to: fc.integer({ min: 1, max: 3 }) })],
  [1, step("deleteEntry", { pick })],
  [1, step("addressBreaks", { pick })],
  [2, step("report", { pick })],
  [2, step("measured", { pick, verdict: fc.constantFrom("Blocked", "Suspected", "Reachable") })],
  [1, step("addressChanges", { pick })],
  [
    2,
    step("clockJumps", { seconds: fc.integer({ min: -4000, max: 8000 }), doubted: fc.boolean() }),
  ],
  [1, step("pause", { on: fc.boolean() })],
  [1, step("provider", { state: fc.constantFrom("works", "silent", "broken") })],
  [1, step("addressIsTakenBack", { pick })],
  [2, step("balancerRefuses", { third: fc.option(fc.nat(2), { nil: undefined }) })],
  [1, step("loseEntry", { pick })],
  [
    1,
    fc.record({
      do: fc.constantFrom("podDies", "podIsStuck", "podIsSilent", "podIsUnready"),
      pick,
    }),
  ],
  [1, step("anotherLeads")],
  [2, step("lateWritesArrive")],
  [1, fc.constantFrom({ do: "restore" }, { do: "allFail" })],
  [1, fc.constantFrom({ do: "deleteFleet" }, { do: "createFleet" })],
];

function step(does: Step["do"], given: Record<string, fc.Arbitrary<unknown>> = {}) {
  return fc.record({
    do: fc.constant(does),
    ...given,
  }) as fc.Arbitrary<unknown> as fc.Arbitrary<Step>;
}

/** Any order of events, with enough ordinary days between them that something comes about. */
export const history: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(...kinds.map(([weight, arbitrary]) => ({ weight, arbitrary }))),
  { minLength: 5, maxLength: 60 },
);
