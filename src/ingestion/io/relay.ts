import { createPrivateKey, hkdfSync } from "node:crypto";
import { askOperator } from "../../probe/io/ask-operator.ts";
import type { Endpoint } from "../../probe/endpoint.ts";
import type { TestEvidence } from "../../reachability/evidence.ts";
import { ProxyfleetError } from "../../values/errors.ts";
import { relayBodies } from "../relay.ts";
import { pinOf } from "./own-certificate.ts";
import type { ServingCertificate } from "./serve.ts";

/** Evidence could not be handed to the replica that leads. The agent keeps it, and comes again. */
export class RelayError extends ProxyfleetError {}

/**
 * The token that replicas know each other by. All of them have the endpoint's private key, and
 * nobody else has: it takes no Secret of its own, and changes with the key.
 */
export function relayToken({ key }: Pick<ServingCertificate, "key">): string {
  const secret = createPrivateKey(key).export({ type: "pkcs8", format: "der" });
  return Buffer.from(hkdfSync("sha256", secret, "", "proxyfleet ingestion relay", 32)).toString(
    "hex",
  );
}

export interface RelayOptions {
  readonly isLeading: () => boolean;
  /** Takes evidence where this replica leads. */
  readonly take: (evidence: readonly TestEvidence[]) => void;
  /** Where the endpoint of the replica that leads is; undefined while none is known. */
  readonly leader: () => Endpoint | undefined;
  readonly certificate: () => ServingCertificate;
  readonly stop: AbortSignal;
}

/**
 * What `received` does in an operator of several replicas: the one that leads takes the evidence,
 * the others hand it on at once. Nothing is written to the API server, and none of them keeps
 * anything: an agent has its receipt only when the leader has the evidence.
 * @throws RelayError where no leader is known, or it does not take it
 */
export function toLeader(
  options: RelayOptions,
): (evidence: readonly TestEvidence[]) => Promise<void> {
  return async (evidence) => {
    if (options.isLeading()) return options.take(evidence);
    const leader = options.leader();
    if (leader === undefined) throw new RelayError("no replica of the operator leads now");
    for (const body of relayBodies(evidence)) await hand(body, leader, options);
  };
}

async function hand(
  body: string,
  leader: Endpoint,
  { certificate, stop }: RelayOptions,
): Promise<void> {
  const own = certificate();
  const trust = { kind: "Key", sha256: pinOf(own) } as const;
  const reply = await askOperator(leader, { token: relayToken(own), trust, stop }, body);
  if (reply.kind !== "Answered")
    throw new RelayError(`the replica that leads did not take results: ${reply.kind}`);
}
