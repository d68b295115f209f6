import { pods } from "../../kubernetes/builtin.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import { ApiError, ForbiddenError } from "../../kubernetes/errors.ts";
import type { Pod } from "../../kubernetes/objects.ts";
import { type Resource, keyOf } from "../../kubernetes/resource.ts";
import { isServingPod } from "../../pods/view.ts";
import type { OptionalLists } from "../read/optional-lists.ts";

/** The end of what a container has written. */
export interface PodLog {
  readonly pod: string;
  readonly container: string;
  /** Of the container that ran before, and crashed. */
  readonly isPrevious: boolean;
  readonly text: string;
}

interface LogsOf {
  readonly pods: readonly Pod[];
  /** Of each container; 0: none is read. */
  readonly lines: number;
  readonly lists: OptionalLists;
}

/** Logs of more pods say nothing new; those of pods in trouble are read first. */
const mostPods = 40;
const mostBytes = 512 * 1024;
const podLogs: Pick<Resource<Pod>, "group" | "plural"> = { group: "", plural: "pods/log" };

/** Reads the ends of logs. A pod whose log can't be had is left out: it may just have gone. */
export async function readLogs(
  client: Pick<ApiClient, "podLog">,
  { pods: all, lines, lists }: LogsOf,
): Promise<readonly PodLog[]> {
  if (lines === 0) return [];
  const troubledFirst = all.toSorted((a, b) => Number(isServingPod(a)) - Number(isServingPod(b)));
  const refused = new Set<string>();
  const read = async (pod: Pod, wanted: Wanted): Promise<readonly PodLog[]> => {
    try {
      const text = await client.podLog(pods, keyOf(pod), { ...wanted, lines, mostBytes });
      return [{ pod: pod.metadata.name, ...wanted, text }];
    } catch (error) {
      if (error instanceof ForbiddenError) refused.add(pod.metadata.namespace ?? "");
      else if (!(error instanceof ApiError)) throw error;
      return [];
    }
  };
  const logs = await Promise.all(
    troubledFirst
      .slice(0, mostPods)
      .flatMap((pod) => wantedOf(pod).map(async (wanted) => read(pod, wanted))),
  );
  for (const namespace of refused) lists.lacks({ verb: "get", of: podLogs, namespace });
  return logs.flat();
}

type Wanted = Pick<PodLog, "container" | "isPrevious">;

function wantedOf({ status }: Pod): readonly Wanted[] {
  return (status?.containerStatuses ?? []).flatMap(({ name: container, restartCount }) => [
    { container, isPrevious: false },
    ...(restartCount > 0 ? [{ container, isPrevious: true }] : []),
  ]);
}
