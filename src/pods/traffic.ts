import type { PodStatus } from "./status.ts";

type LaneStatus = PodStatus["lanes"][number];

/** What lanes count. Bytes are those that phones see inside of the outer TLS. */
export interface Traffic {
  readonly sessions: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly handshakeFailures: number;
  /** Connections that were closed at once, by a limit. */
  readonly refused: number;
}

const nothing: Traffic = { sessions: 0, bytesIn: 0, bytesOut: 0, handshakeFailures: 0, refused: 0 };

/**
 * What each slot of each fleet has carried since this process began to ask: pods come, go and start
 * again, and these go on.
 */
export class TrafficTotals {
  /** By fleet (namespace/name), then by slot. */
  readonly #fleets = new Map<string, Map<number, Traffic>>();

  /**
   * Adds what a pod has counted since its answer before. A lane counts from zero with each address,
   * and a pod with each start.
   */
  count(
    fleet: string,
    { before, after }: { readonly before: PodStatus | undefined; readonly after: PodStatus },
    slotOf: (entry: string) => number | undefined,
  ): void {
    if (before === undefined) return; // what came before the first answer is not known to be new
    for (const lane of after.lanes) {
      const slot = lane.address === undefined ? undefined : slotOf(lane.address);
      if (slot === undefined) continue;
      const known = before.lanes.find(
        (one) => one.lane === lane.lane && one.address === lane.address,
      );
      this.#add(fleet, slot, growth(trafficOf(known), trafficOf(lane)));
    }
  }

  forget(fleet: string): void {
    this.#fleets.delete(fleet);
  }

  /** Every slot's totals, with its fleet. */
  *all(): Generator<{ readonly fleet: string; readonly slot: number; readonly traffic: Traffic }> {
    for (const [fleet, slots] of this.#fleets)
      for (const [slot, traffic] of slots) yield { fleet, slot, traffic };
  }

  #add(fleet: string, slot: number, more: Traffic): void {
    const slots = this.#fleets.get(fleet) ?? new Map<number, Traffic>();
    this.#fleets.set(
      fleet,
      slots.set(
        slot,
        combine(slots.get(slot) ?? nothing, more, (a, b) => a + b),
      ),
    );
  }
}

function trafficOf(lane: LaneStatus | undefined): Traffic {
  const { sessionsTotal = 0, bytesIn = 0, bytesOut = 0 } = lane ?? {};
  const { handshakeFailures = 0, refused = 0 } = lane ?? {};
  return { sessions: sessionsTotal, bytesIn, bytesOut, handshakeFailures, refused };
}

/** As Prometheus does: a count that fell began from zero. */
function growth(before: Traffic, after: Traffic): Traffic {
  return combine(before, after, (old, now) => (now >= old ? now - old : now));
}

function combine(a: Traffic, b: Traffic, of: (a: number, b: number) => number): Traffic {
  return {
    sessions: of(a.sessions, b.sessions),
    bytesIn: of(a.bytesIn, b.bytesIn),
    bytesOut: of(a.bytesOut, b.bytesOut),
    handshakeFailures: of(a.handshakeFailures, b.handshakeFailures),
    refused: of(a.refused, b.refused),
  };
}
