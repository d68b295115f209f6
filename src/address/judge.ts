import type { ListenerName } from "../api/names.ts";
import type { Verification } from "../api/proxy-address.ts";
import type { ListenerProblem, ProbeResult } from "./probe.ts";
import { type Instant, type Millis, minutes, seconds, since } from "../values/time.ts";

/** What a probe says of an address. */
export type Judgement =
  | {
      readonly kind: "verified";
      /** Whose word it is. */
      readonly by: Verification;
      readonly message: string;
    }
  | {
      readonly kind: "failing";
      readonly reason:
        "NoReadyPod" | "PodsLag" | "OutOfReach" | (typeof failureOf)[ListenerName] | "Unusable";
      readonly message: string;
    };

const failureOf = {
  chat: "ChatFails",
  media: "MediaFails",
  plainChat: "PlainChatFails",
} as const satisfies Record<ListenerName, string>;

/** An address waits so long for pods that don't serve its lane yet, and no longer. */
export const waitForPods: Millis = seconds(60);

/** After so long a failing address is compared with another one of its pool. */
export const compareAfter: Millis = minutes(2);

/** Where an address comes from, and what its owner wants to be enough for a publication. */
export interface JudgedPool {
  readonly name: string;
  /** The pods' word is enough where the operator does not reach the address (`spec.verify`). */
  readonly trustsPods: boolean;
}

export interface JudgeInput {
  readonly address: string;
  readonly pool: JudgedPool;
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
export function judge(input: JudgeInput): Judgement {
  const { address, probe } = input;
  if (probe.readyPods === 0)
    return failing("NoReadyPod", `no pod of the fleet is ready to serve ${address}`);
  const [laggard] = probe.lagging;
  if (laggard !== undefined && probe.triedAllTheSame !== true)
    return failing("PodsLag", lag(address, laggard));
  const [first] = probe.problems;
  return first === undefined ? worked(input) : failed(input, first);
}

function worked({ address, probe }: JudgeInput): Judgement {
  if (probe.shutOut !== true)
    return verified(
      "Inside",
      `${address} answers on all ports with its own certificate, seen from inside the cluster`,
      probe,
    );
  return verified(
    "ByPods",
    `every pod serves ${address} with its own certificate. The address itself was not tried: spec.addresses.loadBalancerSourceRanges shuts the operator out`,
    probe,
  );
}

function failed(input: JudgeInput, first: ListenerProblem): Judgement {
  const { address, pool, probe, verifyingSince, now } = input;
  const { lagging, referenceWorks, podsWork } = probe;
  const [laggard] = lagging;
  const isLong = since(verifyingSince, now) >= compareAfter;
  const isOutOfReach = isLong && podsWork === true && referenceWorks !== true;
  // Where a pod lags, it may have been that pod that answered.
  if (isOutOfReach && (pool.trustsPods || laggard === undefined)) return outOfReach(input, first);
  if (laggard !== undefined)
    return failing(
      "PodsLag",
      `${lag(address, laggard)}. It is tried again without waiting for that pod: ${first.problem}`,
    );
  if (isLong && referenceWorks === true && podsWork !== false)
    return failing(
      "Unusable",
      `${address} does not work while another address of its pool does: ${first.problem}`,
    );
  return failing(
    failureOf[first.listener],
    `${address} does not work yet: ${first.problem}. It was not published; it is tried again`,
  );
}

/** The pods serve it, and no address of the pool answers: perhaps people reach it all the same. */
function outOfReach({ address, pool, probe }: JudgeInput, { problem }: ListenerProblem): Judgement {
  if (pool.trustsPods)
    return verified(
      "ByPods",
      `the fleet's pods serve ${address} with its own certificate. The operator does not reach the address itself (${problem}), and AddressPool ${pool.name} has spec.verify: AddressOrPods`,
      probe,
    );
  return failing(
    "OutOfReach",
    `the fleet's pods serve ${address}, but the operator does not reach it: ${problem}. It was not published; it is tried again. If people do reach it, let the operator through the firewall, or set spec.verify of AddressPool ${pool.name} to AddressOrPods`,
  );
}

function lag(address: string, { pod, problem }: ProbeResult["lagging"][number]): string {
  return `pod ${pod} does not serve the lane of ${address} yet: ${problem}`;
}

/** New connections that reach a pod that lags fail, and phones try again: people should know. */
function verified(by: Verification, message: string, { lagging }: ProbeResult): Judgement {
  const pods = lagging.map(({ pod }) => pod).toSorted();
  if (pods.length === 0) return { kind: "verified", by, message };
  const lags = `These pods did not show that they serve it when it was published: ${pods.join(", ")}. See ConfigApplied of the fleet`;
  return { kind: "verified", by, message: `${message}. ${lags}` };
}

function failing(
  reason: Exclude<Judgement, { kind: "verified" }>["reason"],
  message: string,
): Judgement {
  return { kind: "failing", reason, message };
}
