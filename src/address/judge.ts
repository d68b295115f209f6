import type { ListenerName } from "../api/names.ts";
import type { ProbeResult } from "./probe.ts";
import { type Instant, type Millis, minutes, since } from "../values/time.ts";

/** What a probe says of an address. */
export type Judgement =
  | { readonly kind: "verified"; readonly shutOut?: boolean }
  | {
      readonly kind: "failing";
      readonly reason: "NoReadyPod" | "PodsLag" | (typeof failureOf)[ListenerName] | "Unusable";
      readonly message: string;
    };

const failureOf = {
  chat: "ChatFails",
  media: "MediaFails",
  plainChat: "PlainChatFails",
} as const satisfies Record<ListenerName, string>;

/** After so long a failing address is compared with another one of its pool. */
export const compareAfter: Millis = minutes(2);

export interface JudgeInput {
  readonly address: string;
  readonly probe: ProbeResult;
  /** Since when the address has been probed without success. */
  readonly verifyingSince: Instant;
  readonly now: Instant;
}

/**
 * Judges a probe of an address before it is published. The fault is the address's own (`Unusable`)
 * only if another one of its pool works and the fleet's own pods do: an outage of the provider, or
 * of the upstream, must not burn a pool.
 */
export function judge({ address, probe, verifyingSince, now }: JudgeInput): Judgement {
  if (probe.readyPods === 0)
    return failing("NoReadyPod", `no pod of the fleet is ready to serve ${address}`);
  const [laggard] = probe.lagging;
  if (laggard !== undefined)
    return failing(
      "PodsLag",
      `pod ${laggard.pod} does not serve the lane of ${address} yet: ${laggard.problem}`,
    );
  const [first] = probe.problems;
  if (first === undefined)
    return { kind: "verified", ...(probe.shutOut === true ? { shutOut: true } : {}) };
  const isLong = since(verifyingSince, now) >= compareAfter;
  if (isLong && probe.referenceWorks === true && probe.podsWork !== false)
    return failing(
      "Unusable",
      `${address} does not work while another address of its pool does: ${first.problem}`,
    );
  return failing(
    failureOf[first.listener],
    `${address} does not work yet: ${first.problem}. It was not published; it is tried again`,
  );
}

function failing(
  reason: Exclude<Judgement, { kind: "verified" }>["reason"],
  message: string,
): Judgement {
  return { kind: "failing", reason, message };
}
