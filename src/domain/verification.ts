import { type Instant, type Millis, minutes, since } from "./time.ts";

/** What one try at an address showed. A problem is a text for people; undefined means that it worked. */
export interface Evidence {
  /** Ready pods that don't serve the lane's certificate yet, with what each said. */
  readonly lagging: readonly { readonly pod: string; readonly problem: string }[];
  readonly readyPods: number;
  readonly chatProblem: string | undefined;
  readonly mediaProblem: string | undefined;
  /** The operator may not come in (loadBalancerSourceRanges): it tried every ready pod instead of the address. */
  readonly shutOut?: boolean;
  /** Whether another address of the same pool works at this moment; undefined where it was not tried or there is none. */
  readonly neighbourWorks: boolean | undefined;
  /** Whether the fleet's own pods answer where the address does not; undefined where they were not tried. */
  readonly podsWork?: boolean;
}

export type Verdict =
  | { readonly kind: "verified"; readonly shutOut?: boolean }
  | {
      readonly kind: "failing";
      readonly reason: "NoReadyPod" | "PodsLag" | "ChatFails" | "MediaFails" | "Unusable";
      readonly message: string;
    };

/** After so long a failing address is compared with another one of its pool. */
export const compareAfter: Millis = minutes(2);

/**
 * Judges a try at an address before anybody is told of it. The fault is the address's own (`Unusable`) only if another one of its
 * pool works and the fleet's own pods do: an outage of the provider, or of the upstream, must not burn a pool.
 */
export function judge(address: string, evidence: Evidence, verifyingSince: Instant, now: Instant): Verdict {
  if (evidence.readyPods === 0) return failing("NoReadyPod", `no pod of the fleet is ready to serve ${address}`);
  const [laggard] = evidence.lagging;
  if (laggard !== undefined) return failing("PodsLag", `pod ${laggard.pod} does not serve the lane of ${address} yet: ${laggard.problem}`);
  const [reason, problem] =
    evidence.chatProblem === undefined ? (["MediaFails", evidence.mediaProblem] as const) : (["ChatFails", evidence.chatProblem] as const);
  if (problem === undefined) return { kind: "verified", ...(evidence.shutOut === true ? { shutOut: true } : {}) };
  const isLong = since(verifyingSince, now) >= compareAfter;
  if (isLong && evidence.neighbourWorks === true && evidence.podsWork !== false)
    return failing("Unusable", `${address} does not work while another address of its pool does: ${problem}`);
  return failing(reason, `${address} does not work yet: ${problem}. Nobody was told of it; it is tried again`);
}

function failing(reason: Exclude<Verdict, { kind: "verified" }>["reason"], message: string): Verdict {
  return { kind: "failing", reason, message };
}
