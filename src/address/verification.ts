import type { ListenerName } from "../api/names.ts";
import { type Instant, type Millis, minutes, since } from "../values/time.ts";

/** A listener that does not work, and why: a text for people. */
export interface ListenerProblem {
  readonly listener: ListenerName;
  readonly problem: string;
}

/** What one try at an address showed. */
export interface Evidence {
  /** Ready pods that don't serve the lane's certificate yet, with what each said. */
  readonly lagging: readonly { readonly pod: string; readonly problem: string }[];
  readonly readyPods: number;
  /** What is wrong with each listener that fails, chat first. */
  readonly problems: readonly ListenerProblem[];
  /**
   * The operator may not come in (loadBalancerSourceRanges): it tried every ready pod instead of
   * the address.
   */
  readonly shutOut?: boolean;
  /**
   * Whether another address of the same pool works at this moment; undefined where it was not tried
   * or there is none.
   */
  readonly neighbourWorks: boolean | undefined;
  /**
   * Whether the fleet's own pods answer where the address does not; undefined where they were not
   * tried.
   */
  readonly podsWork?: boolean;
}

export type Verdict =
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

/**
 * Judges a try at an address before anybody is told of it. The fault is the address's own
 * (`Unusable`) only if another one of its pool works and the fleet's own pods do: an outage of the
 * provider, or of the upstream, must not burn a pool.
 */
export function judge(
  address: string,
  evidence: Evidence,
  verifyingSince: Instant,
  now: Instant,
): Verdict {
  if (evidence.readyPods === 0)
    return failing("NoReadyPod", `no pod of the fleet is ready to serve ${address}`);
  const [laggard] = evidence.lagging;
  if (laggard !== undefined)
    return failing(
      "PodsLag",
      `pod ${laggard.pod} does not serve the lane of ${address} yet: ${laggard.problem}`,
    );
  const [first] = evidence.problems;
  if (first === undefined)
    return { kind: "verified", ...(evidence.shutOut === true ? { shutOut: true } : {}) };
  const isLong = since(verifyingSince, now) >= compareAfter;
  if (isLong && evidence.neighbourWorks === true && evidence.podsWork !== false)
    return failing(
      "Unusable",
      `${address} does not work while another address of its pool does: ${first.problem}`,
    );
  return failing(
    failureOf[first.listener],
    `${address} does not work yet: ${first.problem}. Nobody was told of it; it is tried again`,
  );
}

function failing(
  reason: Exclude<Verdict, { kind: "verified" }>["reason"],
  message: string,
): Verdict {
  return { kind: "failing", reason, message };
}
