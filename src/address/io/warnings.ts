import type { ApiClient } from "../../kubernetes/client.ts";
import { type KubeEvent, events } from "../../kubernetes/events.ts";
import type { Service } from "../../kubernetes/objects.ts";
import { explainError } from "../../values/errors.ts";
import type { Instant } from "../../values/time.ts";
import type { Logger } from "pino";
import type { BalancerWarnings } from "../balancer-words.ts";

/** A Service has few Events: what is alike is counted in one. */
const mostEvents = 100;

export interface WarningsReader {
  readonly client: Pick<ApiClient, "list">;
  readonly now: () => Instant;
  readonly log: Logger;
}

/**
 * The Warning Events about a Service, asked of the API server: a watch of all Events of a cluster
 * would cost far more than these few questions. One that can't be answered counts as no words, and is
 * asked again as seldom.
 */
export async function readWarnings(
  service: Service,
  { client, now, log }: WarningsReader,
  signal: AbortSignal,
): Promise<BalancerWarnings> {
  const { uid = "", namespace, name } = service.metadata;
  try {
    const fieldSelector = `regarding.uid=${uid}`;
    const limit = mostEvents;
    const { items } = await client.list(events, { namespace, fieldSelector, limit, signal });
    return { uid, warnings: warningsAbout(service, items), at: now() };
  } catch (error) {
    log.debug({ service: name, error: explainError(error) }, "no Events of a Service were read");
    return { uid, warnings: [], at: now() };
  }
}

/** Those about this very Service since it was made, by the API server's own times; newest first. */
export function warningsAbout(
  { metadata: { uid, creationTimestamp = "" } }: Service,
  given: readonly KubeEvent[],
): BalancerWarnings["warnings"] {
  const about = given.filter(
    ({ type, regarding, metadata }) =>
      type === "Warning" &&
      regarding.uid === uid &&
      (metadata.creationTimestamp ?? creationTimestamp) >= creationTimestamp,
  );
  return about
    .toSorted((a, b) => (lastSeen(a) < lastSeen(b) ? 1 : -1))
    .map(({ reason, note }) => ({ reason, message: note }));
}

/** One that comes again and again has the time of its first coming as the object's own. */
function lastSeen({ metadata, series, deprecatedLastTimestamp }: KubeEvent): string {
  return series?.lastObservedTime ?? deprecatedLastTimestamp ?? metadata.creationTimestamp ?? "";
}
