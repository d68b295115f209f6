import type { Finding } from "../api/findings.ts";
import type { ConditionReason } from "../api/reasons.ts";
import type { FleetView } from "../rotation/fleet-view.ts";
import type { MoveHold } from "../reachability/move-hold.ts";

type Outage = Extract<MoveHold["why"], { kind: "Outage" }>["outage"];

const outageReasons: Readonly<Record<Outage, ConditionReason>> = {
  ControlsFail: "ControlsFail",
  NothingElseReached: "NothingElseReached",
  FailTogether: "SlotsFailTogether",
  NobodyVouches: "NobodyVouches",
  Feed: "FeedReports",
};

/** What a person can do who knows better. */
const ifBlocked = "If it is a block, set spec.reachability.outagePercent to 100";

/** The condition OutageSuspected: whether nothing moves in a country of the fleet's people. */
export function outageSuspected({ holds }: Pick<FleetView, "holds">): Finding {
  const [first, ...others] = holds.flatMap(({ why, ...hold }) =>
    why.kind === "Outage" ? { ...hold, outage: why.outage } : [],
  );
  if (first !== undefined) {
    const hint = first.outage === "FailTogether" ? `. ${ifBlocked}` : "";
    const reason = outageReasons[first.outage];
    const message = `${first.because}${hint}${alsoIn(others)}`;
    return { status: "True", reason, message };
  }
  const after = holds.find(({ why }) => why.kind === "AfterOutage");
  if (after !== undefined)
    return {
      status: "False",
      reason: "MovingInTurn",
      message: `${after.country}: ${after.because}`,
    };
  const spreading = holds.find(({ why }) => why.kind === "Spreading");
  if (spreading !== undefined)
    return { status: "False", reason: "MoreMayFail", message: spreading.because };
  return { status: "False", reason: "NoneSeen", message: "addresses don't fail together" };
}

/** The condition ProtocolBlocked, while it is so. */
export function protocolBlocked({ holds }: Pick<FleetView, "holds">): Finding | undefined {
  const [first, ...others] = holds.flatMap(({ why, ...hold }) =>
    why.kind === "Protocol" ? { ...hold, reason: why.protocol } : [],
  );
  return (
    first && {
      status: "True",
      reason: first.reason,
      message: `${first.because}. Tell people about another way, such as a VPN${alsoIn(others)}`,
    }
  );
}

function alsoIn(others: readonly Pick<MoveHold, "country">[]): string {
  const countries = others.map(({ country }) => country);
  return countries.length === 0 ? "" : `. So it is in ${countries.join(", ")}`;
}
