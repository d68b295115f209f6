import type { PodsView } from "../../../src/pods/view.ts";
import type { FleetView } from "../../../src/rotation/fleet-view.ts";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fleetStatus } from "../../../src/fleet/status.ts";
import { eventEffects } from "../../../src/fleet/report.ts";
import type { EventNote } from "../../../src/kubernetes/events.ts";
import type { PodReport } from "../../../src/pods/report.ts";
import { fleetObject } from "../../objects/fleet.ts";
import { planRotation } from "../../../src/rotation/plan.ts";
import {
  answered,
  at,
  blocked,
  draining,
  entry,
  fleet,
  noon,
  pool,
  rules,
  servers,
} from "../rotation/build.ts";

const about = fleetObject();
const healthy: PodsView = {
  wanted: 2,
  replicas: 2,
  ready: 2,
  isRolledOut: true,
  isReplacing: false,
  isOverdue: false,
  problem: undefined,
};
const homeless = { reason: "PodsUnschedulable", message: "pod p-3 finds no node" } as const;
const served = entry("203.0.113.9");
const fresh = entry("203.0.113.7", { cause: "Requested", createdAt: at(-4), phaseSince: at(-1) });
const empty = { addresses: [], conditions: [] };
const known = {
  addresses: [{ address: "203.0.113.9", phase: "Serving" }],
  conditions: [{ type: "Ready", status: "True", reason: "Serving" } as const],
};

interface Before {
  readonly addresses: readonly {
    readonly address: string;
    readonly phase: string;
    readonly blockedIn?: readonly string[];
  }[];
  readonly conditions: readonly {
    readonly type: string;
    readonly status: "True" | "False";
    readonly reason: string;
  }[];
}

function notesOf(
  view: FleetView,
  before: Before,
  {
    pods = {},
    reports = [answered()],
  }: {
    readonly pods?: Partial<PodsView> | undefined;
    readonly reports?: readonly PodReport[];
  } = {},
): EventNote[] {
  const plan = planRotation(view, { bank: 4 * view.count, now: noon, random: () => 0 });
  const conditionsBefore = before.conditions.map((condition) => ({
    ...condition,
    message: "",
    lastTransitionTime: "",
  }));
  const status = fleetStatus(
    {
      fleet: view,
      plan,
      pods: { ...healthy, ...pods },
      reports,
      isAsking: false,
      refused: [],
      contested: [],
      shareKeyTrouble: "",
      held: undefined,
      limits: { maxConnections: 27_500, perClient: false, clientsHiddenBehind: [] },
      namesReady: undefined,
      hostname: undefined,
      withoutEffect: undefined,
      measured: undefined,
      rollout: { waits: undefined, isInTurn: false },
      generation: 1,
      selector: "",
      before: { observedGeneration: 1, conditions: conditionsBefore },
    },
    noon,
  );
  const decided = { view, rotation: plan, before, status };
  const effects = eventEffects(about, decided, noon);
  const notes = effects.map((effect) => (effect.kind === "event" ? effect : undefined));
  // What is new in the status comes first, as people read it.
  const isNews = (id = "") => Number(id !== "event of status");
  return notes
    .toSorted((a, b) => isNews(a?.id) - isNews(b?.id))
    .flatMap((effect) => effect?.notes ?? []);
}

describe("the story of a fleet", () => {
  const cases: Record<
    string,
    {
      given: FleetView;
      before?: typeof known;
      pods?: Partial<PodsView>;
      expect: readonly (readonly [string, string, string?])[];
    }
  > = {
    "where nothing is new, nothing is reported": {
      given: fleet({ addresses: [served] }),
      before: known,
      expect: [],
    },
    "a new slot's claim is no news before its address is published": {
      given: fleet({ count: 2, addresses: [{ ...served, slot: 1 }] }),
      before: known,
      expect: [["Warning", "SlotsWithoutAddress", "1 of 2 slots"]],
    },
    "a pod that does not start, while others serve": {
      given: fleet({ addresses: [served] }),
      before: known,
      pods: { problem: homeless },
      expect: [["Warning", "PodsUnschedulable", "2 of 2 pods are ready: pod p-3 finds no node"]],
    },
    "a pod that does not start is told once, also where all are stuck by it": {
      given: fleet({ addresses: [served] }),
      before: known,
      pods: { problem: homeless, isReplacing: true, isOverdue: true },
      expect: [["Warning", "PodsUnschedulable", "pod p-3 finds no node"]],
    },
    "a rotation's start": {
      given: fleet({ rotateAt: "now", addresses: [served] }),
      before: known,
      expect: [
        [
          "Normal",
          "RotationStarted",
          "slot 0: claimed 203.0.113.1 from pool pool-a, because asked by hand (now)",
        ],
      ],
    },
    "a publication, and the drain of the one before": {
      given: fleet({ addresses: [served, fresh] }),
      before: known,
      expect: [
        [
          "Normal",
          "Published",
          "slot 0: people now use 203.0.113.7, verified on all ports 3 s after it was claimed",
        ],
        [
          "Normal",
          "Draining",
          "slot 0: 203.0.113.9 is no longer published; people who still have it get in until 2026-11-24T12:00:00Z at the latest, then goes dark",
        ],
      ],
    },
    "a drain whose end is dated again, since its name still leads there": {
      given: fleet({
        addresses: [served, draining("203.0.113.5", { drainUntil: at(82_800) })],
        nameUse: new Map([[draining("203.0.113.5").name, { kind: "given" }]]),
      }),
      before: known,
      expect: [],
    },
    "the end of a drain": {
      given: fleet({ addresses: [served, draining("203.0.113.5", { drainUntil: noon })] }),
      before: known,
      expect: [
        [
          "Normal",
          "WentDark",
          "slot 0: 203.0.113.5 goes dark now, and may not be used again before 2026-11-30T12:00:00Z",
        ],
      ],
    },
    "an address that is to blame is a warning": {
      given: fleet({
        addresses: [served, entry("203.0.113.5", { phase: "Verifying", unusable: true })],
      }),
      before: known,
      expect: [["Warning", "AddressUnusable", "it did not work while others of its pool did"]],
    },
    "an address that was refused is a warning, in the words of who refused it": {
      given: fleet({
        addresses: [
          served,
          entry("203.0.113.5", {
            phase: "Provisioning",
            lane: 4,
            refused: { since: at(-5), message: "address in use", wholePool: false },
          }),
        ],
      }),
      before: known,
      expect: [
        [
          "Warning",
          "AddressRefused",
          "slot 0: 203.0.113.5 is given up for a while: address in use",
        ],
      ],
    },
    "a request that names no slot of the fleet": {
      given: fleet({ rotateAt: "5@now", addresses: [served] }),
      before: known,
      expect: [["Warning", "RotateRefused", "names slot 5"]],
    },
    "a pool that ran out": {
      given: fleet({ rotateAt: "now", addresses: [served], pools: [pool({ ranges: [] })] }),
      before: known,
      expect: [["Warning", "NoFreshAddress", "slot 0 should move and can't"]],
    },
    "a fleet that is no longer Ready": {
      given: fleet({ addresses: [served] }),
      before: known,
      pods: { ready: 0 },
      expect: [["Warning", "NoReadyPod"]],
    },
    "a deletion is reported once, not for each address": {
      given: fleet({ deleting: true, addresses: [served, draining("203.0.113.5")] }),
      before: known,
      expect: [["Normal", "Deleting", "all addresses go dark now"]],
    },
  };
  for (const [name, { given, before = empty, pods, expect }] of Object.entries(cases))
    test(name, () => {
      const stories = notesOf(given, before, { pods });
      assert.deepEqual(
        stories.map(({ type, reason }) => [type, reason]),
        expect.map(([type, reason]) => [type, reason]),
      );
      expect.forEach(([, , message = ""], index) =>
        assert.ok(stories[index]?.message.includes(message), stories[index]?.message ?? "nothing"),
      );
    });

  describe("of its upstream", () => {
    const view = fleet({ addresses: [served] });
    const reasons = (before: Before, ...reports: readonly PodReport[]) =>
      notesOf(view, before, { reports }).map(({ type, reason }) => `${type} ${reason}`);
    const dead = answered("p-1", { servers: servers({ "a:5222": "down" }) });
    const partly = answered("p-1", { servers: servers({ "a:5222": "down", "b:5222": "up" }) });
    const since = (status: "True" | "False", reason: string): Before => ({
      ...known,
      conditions: [...known.conditions, { type: "UpstreamReachable", status, reason }],
    });

    test("warns when it is lost, in whole or in part, and once", () => {
      assert.deepEqual(reasons(since("True", "AllServersUp"), dead), ["Warning ChatUnreachable"]);
      assert.deepEqual(reasons(since("False", "ChatUnreachable"), dead), []);
      assert.deepEqual(reasons(since("True", "AllServersUp"), partly), ["Warning SomeServersDown"]);
    });

    test("warns again when something else is lost", () => {
      const media = answered("p-1", { servers: servers({ "a:5222": "up" }, "down") });
      assert.deepEqual(reasons(since("False", "ChatUnreachable"), media), [
        "Warning MediaUnreachable",
      ]);
    });

    test("warns of it though an address is published in the same moment", () => {
      const moved = fleet({ addresses: [served, fresh] });
      const told = notesOf(moved, since("True", "AllServersUp"), { reports: [dead] });
      assert.deepEqual(
        told.map(({ reason }) => reason),
        ["Published", "ChatUnreachable", "Draining"],
      );
    });

    test("says when it is back, and no word of a new fleet's", () => {
      assert.deepEqual(reasons(since("False", "ChatUnreachable"), answered()), [
        "Normal UpstreamReachable",
      ]);
      assert.deepEqual(reasons(since("False", "ChatUnreachable"), partly), [
        "Normal UpstreamReachable",
      ]);
      assert.deepEqual(reasons(known, answered()), []);
    });
  });

  describe("of blocks", () => {
    const view = (given: Partial<FleetView>, ...countries: readonly string[]) =>
      fleet({
        rotation: rules({ onBlocked: false }),
        addresses: [
          draining("203.0.113.5"),
          {
            ...served,
            reachability: countries.map((country) =>
              blocked(country, { message: `no answer in ${country}` }),
            ),
          },
        ],
        ...given,
      });
    const stays = { type: "Reachable", status: "False", reason: "AddressBlocked" } as const;
    const isKnown = { ...known, conditions: [...known.conditions, stays] };
    const knownIn = (...blockedIn: readonly string[]): Before => ({
      ...isKnown,
      addresses: [
        { address: "203.0.113.5", phase: "Draining", blockedIn: ["IR", "RU"] },
        { address: "203.0.113.9", phase: "Serving", blockedIn },
      ],
    });
    const told = (given: FleetView, before: Before) =>
      notesOf(given, before).map(({ type, reason, message }) => `${type} ${reason}: ${message}`);

    test("warns of each that is new, with what shows it", () =>
      assert.deepEqual(told(view({}, "IR", "RU"), knownIn("IR")), [
        "Warning Blocked: slot 0: 203.0.113.9 is blocked in RU (no answer in RU)",
      ]));

    test("says nothing of those that are known", () =>
      assert.deepEqual(told(view({}, "IR"), knownIn("IR")), []));

    test("says nothing of what shows it where nothing does", () => {
      const addresses = [{ ...served, reachability: [blocked("IR")] }];
      assert.deepEqual(told(view({ addresses }), isKnown), [
        "Warning Blocked: slot 0: 203.0.113.9 is blocked in IR",
      ]);
    });

    test("says that the slot does not move for a country that is not of its audience", () => {
      const audience = ["RU"];
      assert.deepEqual(told(view({ audience }, "IR", "RU"), isKnown), [
        "Warning Blocked: slot 0: 203.0.113.9 is blocked in IR (no answer in IR). The slot does not move for it: IR is not in spec.audience.countries",
        "Warning Blocked: slot 0: 203.0.113.9 is blocked in RU (no answer in RU)",
      ]);
    });

    test("answers a person who reported one, once", () => {
      const reportBlocked = "203.0.113.9 IR";
      const given = view({ reportBlocked }, "IR");
      assert.deepEqual(told(given, knownIn("IR")), [
        "Normal BlockReported: 203.0.113.9 counts as blocked in IR from now on, since a person reported it",
      ]);
      const handled = view({ reportBlocked, lastHandledReport: reportBlocked }, "IR");
      assert.deepEqual(told(handled, knownIn("IR")), []);
      assert.deepEqual(told(view({ reportBlocked }), known), []);
    });

    test("refuses a person's report that makes no sense", () => {
      const [note, ...others] = told(view({ reportBlocked: "198.51.100.1 IR" }), known);
      assert.match(note ?? "", /^Warning ReportRefused: .*names 198\.51\.100\.1/);
      assert.deepEqual(others, []);
    });
  });

  describe("of a group that is cut off", () => {
    const reachable = (status: "True" | "False", reason: string): Before => ({
      addresses: [{ address: "203.0.113.9", phase: "Serving", blockedIn: ["IR"] }],
      conditions: [...known.conditions, { type: "Reachable", status, reason }],
    });
    const cut = { ...served, reachability: [blocked("IR")] };
    const stuck = fleet({ addresses: [cut], pools: [pool({ ranges: [] })] });
    const reasons = (given: FleetView, before: Before, pods?: Partial<PodsView>) =>
      notesOf(given, before, { pods }).map(({ type, reason }) => `${type} ${reason}`);

    test("warns when it can't move, and once", () => {
      const [first, ...others] = notesOf(stuck, reachable("False", "Moving"));
      assert.deepEqual([first?.type, first?.reason], ["Warning", "AddressBlocked"]);
      assert.match(
        first?.message ?? "",
        /slot 0: 203\.0\.113\.9 is blocked in IR since .* no free/,
      );
      assert.deepEqual(
        others.map(({ reason }) => reason),
        ["NoFreshAddress"],
      );
      assert.deepEqual(reasons(stuck, reachable("False", "AddressBlocked")), [
        "Warning NoFreshAddress",
      ]);
    });

    test("says nothing more of one that moves: its block and its move are told", () => {
      const soon = { ...served, reachability: [blocked("IR", { since: at(-5) })] };
      const next = entry("203.0.113.7", { phase: "Verifying", lane: 1, createdAt: at(-4) });
      const moving = fleet({ addresses: [soon, next] });
      assert.deepEqual(reasons(moving, reachable("True", "NotMeasured")), []);
    });

    test("says that it is reached again, unless its publication says so", () => {
      const whole = fleet({ addresses: [served] });
      assert.deepEqual(reasons(whole, reachable("False", "AddressBlocked")), ["Normal Reachable"]);
      const moved = fleet({ addresses: [cut, fresh] });
      assert.equal(
        reasons(moved, reachable("False", "AddressBlocked")).includes("Normal Reachable"),
        false,
      );
    });

    test("leaves it to Ready to say that no pod is ready", () =>
      assert.deepEqual(
        reasons(fleet({ addresses: [served] }), reachable("True", "NotMeasured"), { ready: 0 }),
        ["Warning NoReadyPod"],
      ));
  });

  test("that a node allows fewer connections than a fleet may have is no news", () => {
    const connections = { wanted: 27_500, granted: 9400 };
    const reports = [answered("p-1", { connections })];
    const before = {
      ...known,
      conditions: [
        ...known.conditions,
        { type: "LimitsApplied", status: "True", reason: "Applied" },
      ],
    } as const;
    assert.deepEqual(notesOf(fleet({ addresses: [served] }), before, { reports }), []);
  });

  test("that limits hold again is no news, nor that a repeat is given back", () => {
    const limits = { type: "LimitsApplied", status: "False", reason: "ClientsNotSeen" } as const;
    const repeat = entry("203.0.113.5", {
      address: undefined,
      repeat: true,
      phase: "Provisioning",
      createdAt: at(-3600),
    });
    const before = { ...known, conditions: [...known.conditions, limits] };
    assert.deepEqual(notesOf(fleet({ addresses: [served, repeat] }), before), []);
  });

  test("an address that people could not use before is published", () => {
    const before = { ...known, addresses: [{ address: "203.0.113.9", phase: "Verifying" }] };
    assert.deepEqual(
      notesOf(fleet({ addresses: [served] }), before).map(({ reason }) => reason),
      ["Published"],
    );
  });

  test("a new fleet's becoming Ready is news, unless the last publication says so", () => {
    assert.deepEqual(
      notesOf(fleet({ addresses: [entry("203.0.113.9", { phase: "Verifying" })] }), empty),
      [],
    );
    const reasons = (before: typeof known) =>
      notesOf(fleet({ addresses: [served] }), before).map(({ reason }) => reason);
    assert.deepEqual(reasons({ ...known, addresses: [], conditions: [] }), ["Published"]);
    assert.deepEqual(reasons({ ...known, conditions: [] }), ["Ready"]);
  });
});
