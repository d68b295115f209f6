import { ForbiddenError } from "../../kubernetes/errors.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import type { Pod } from "../../kubernetes/objects.ts";
import { type Carried, carriedBy } from "../../overview/traffic.ts";
import { PodStatusError, proxiedReader } from "../../pods/io/status-reader.ts";
import type { PodStatus } from "../../pods/status.ts";
import { mayHoldSessions } from "../../pods/view.ts";
import type { OptionalLists } from "./optional-lists.ts";

const podProxy = { group: "", plural: "pods/proxy" } as const;

/**
 * Asks a fleet's pods through the API server what they carry. Undefined where one does not answer,
 * or may not be asked: what is not known is not zero.
 */
export async function readCarried(
  client: Pick<ApiClient, "askPod">,
  pods: readonly Pod[],
  lists: Pick<OptionalLists, "lacks">,
): Promise<Carried | undefined> {
  const asked = pods.filter(mayHoldSessions);
  const read = proxiedReader(client);
  const ends = await Promise.allSettled(asked.map(read));
  const statuses: PodStatus[] = [];
  for (const end of ends)
    if (end.status === "fulfilled") statuses.push(end.value);
    else if (!(end.reason instanceof PodStatusError)) throw end.reason;
    else if (end.reason.cause instanceof ForbiddenError) {
      const namespace = asked[0]?.metadata.namespace;
      lists.lacks({ verb: "get", of: podProxy, namespace });
      return undefined;
    }
  return statuses.length === 0 || statuses.length < asked.length ? undefined : carriedBy(statuses);
}
