import { covers } from "./difference.ts";
import type { KubeObject } from "./objects.ts";

/** Who else writes an object of ours, and what of it. */
export interface Rivalry {
  /** Field managers, such as `kube-controller-manager (scale)`. */
  readonly writers: readonly string[];
  /** Paths of the fields, such as `spec.replicas`. */
  readonly fields: readonly string[];
}

interface Known extends Rivalry {
  readonly times: number;
  /** When it was last set back (ms). */
  readonly at: number;
}

/** What others change is set back twice at once: it may be one edit by hand. */
const atOnce = 2;
/** The pause before the third time, doubled with each further one, up to the longest (ms). */
const firstPauseMs = 30_000;
const longestPauseMs = 3_600_000;

/**
 * What others write into objects of ours again and again, such as an autoscaler that has one of our
 * Deployments for its target. Who sets it back each time fights without end: each side's write wakes
 * the other.
 */
export class Rivals {
  readonly #known = new Map<string, Known>();
  readonly #clock: () => number;

  /** @param clock never goes back (ms) */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** How long what others changed stays as it is (ms). */
  waitMs(uid: string): number {
    const known = this.#current(uid);
    return known === undefined ? 0 : Math.max(0, known.at + pauseMs(known) - this.#clock());
  }

  /** Who changes it again and again, where that is known. */
  of(uid: string): Rivalry | undefined {
    const known = this.#known.get(uid);
    return known && { writers: known.writers, fields: known.fields };
  }

  /** Whether it was set back a moment ago already: whoever did that is worth a look. */
  isAgain(uid: string): boolean {
    return this.#current(uid) !== undefined;
  }

  /** Remembers that it was set back. */
  setBack(uid: string, rivalry: Rivalry): void {
    const times = (this.#current(uid)?.times ?? 0) + 1;
    this.#known.set(uid, { ...rivalry, times, at: this.#clock() });
  }

  /** Forgets an object that is gone. */
  forget(uid: string): void {
    this.#known.delete(uid);
  }

  /** After twice the pause in peace, the next change is the first one again. */
  #current(uid: string): Known | undefined {
    const known = this.#known.get(uid);
    if (known === undefined) return undefined;
    const peaceMs = 2 * Math.max(pauseMs(known), firstPauseMs);
    return this.#clock() - known.at > peaceMs ? undefined : known;
  }
}

function pauseMs({ times }: Known): number {
  return times < atOnce ? 0 : Math.min(longestPauseMs, firstPauseMs * 2 ** (times - atOnce));
}

interface ManagedEntry {
  readonly manager?: string;
  readonly subresource?: string;
  readonly fieldsV1?: unknown;
}

/** Who has written what differs from an object as it should be, by the server's own notes. */
export function rivalryOver(
  desired: KubeObject,
  live: KubeObject & { metadata: { managedFields?: readonly ManagedEntry[] } },
  ownManager: string,
): Rivalry {
  const paths = differences(desired, live, []);
  const others = (live.metadata.managedFields ?? []).filter(
    ({ manager, subresource }) => manager !== ownManager && subresource !== "status",
  );
  const writers = others
    .filter(({ fieldsV1 }) => paths.some((path) => owns(fieldsV1, path)))
    .map(({ manager = "?", subresource }) =>
      subresource === undefined ? manager : `${manager} (${subresource})`,
    );
  return { writers: [...new Set(writers)], fields: paths.map((path) => path.join(".")) };
}

type Path = readonly string[];

/** Paths of members that differ; a list differs as a whole. */
function differences(desired: unknown, live: unknown, path: Path): readonly Path[] {
  if (covers(live, desired)) return [];
  if (!isFields(desired) || !isFields(live)) return [path];
  return Object.entries(desired).flatMap(([name, value]) =>
    differences(value, live[name], [...path, name]),
  );
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether notes of owned fields (`f:spec`, `f:replicas`) have a path, or anything of a list. */
function owns(fields: unknown, path: Path): boolean {
  const [first, ...rest] = path;
  if (first === undefined) return true;
  const member = isFields(fields) ? fields[`f:${first}`] : undefined;
  return member !== undefined && owns(member, rest);
}
