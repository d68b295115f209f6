import { parseVantagePoint } from "../../api/vantage-point.ts";
import type { CustomObject } from "../../kubernetes/objects.ts";
import type { Store } from "../../kubernetes/store.ts";
import type { TestEvidence } from "../../reachability/evidence.ts";
import type { EvidenceKeeper } from "../../reachability/io/evidence-keeper.ts";
import type { Rounds } from "../../reachability/io/rounds.ts";

/** Takes what agents found, on the replica that leads. */
export type TakeEvidence = (evidence: readonly TestEvidence[]) => void;

/** Between the endpoint and those who make verdicts: the endpoint is there before them. */
export class Inbox {
  #taker: TakeEvidence | undefined;

  /** Says who takes the evidence. */
  deliverTo(taker: TakeEvidence): void {
    this.#taker = taker;
  }

  readonly take: TakeEvidence = (evidence) => this.#taker?.(evidence);
}

export interface Takers {
  readonly vantagePoints: Pick<Store<CustomObject>, "get">;
  readonly evidence: Pick<EvidenceKeeper, "add">;
  readonly rounds: Pick<Rounds, "heard">;
}

/** Keeps the evidence, and remembers of each vantage point that its agent was there. */
export function takesEvidence({ vantagePoints, evidence, rounds }: Takers): TakeEvidence {
  return (found) => {
    evidence.add(found);
    for (const [name, own] of Map.groupBy(found, ({ vantagePoint }) => vantagePoint)) {
      const raw = vantagePoints.get({ name });
      const parsed = raw === undefined ? undefined : parseVantagePoint(raw);
      if (parsed?.ok === true) rounds.heard(parsed.value, own.length);
    }
  };
}
