import { timingSafeEqual } from "node:crypto";
import { type VantagePoint, parseVantagePoint } from "../../api/vantage-point.ts";
import type { CustomObject } from "../../kubernetes/objects.ts";
import type { Store } from "../../kubernetes/store.ts";
import { isProbeToken } from "../../probe/line.ts";
import { type TokenSource, readToken } from "../../reachability/io/token.ts";
import { inParallel } from "../../reachability/sources/io/in-parallel.ts";
import type { AgentVantagePoint } from "../vantage-points.ts";
import { tokenHash } from "./tokens.ts";

export interface KnownAgentsOptions {
  readonly vantagePoints: Pick<Store<CustomObject>, "list" | "onChange">;
  readonly tokens: TokenSource;
}

/** A token that was read, and for which vantage point with which Secret. */
interface ReadToken {
  readonly of: string;
  readonly sha256: Uint8Array;
}

/** The API server has this long to show a token (ms). */
const readWithinMs = 5_000;
const readsAtOnce = 4;

/**
 * Whose agents may come. Vantage points are watched; tokens are read now and then, and once more
 * each time that one is used, so that a token that was deleted opens nothing any more. A stranger's
 * request causes no call.
 */
export class KnownAgents {
  readonly #options: KnownAgentsOptions;
  readonly #tokens = new Map<string, ReadToken>();
  /** By name. They are parsed when they change, and not for each request. */
  readonly #live = new Map<string, VantagePoint>();

  constructor(options: KnownAgentsOptions) {
    this.#options = options;
    const { vantagePoints } = options;
    vantagePoints.onChange(({ before, after }) => {
      if (before !== undefined) this.#live.delete(before.metadata.name);
      if (after !== undefined) this.#follow(after);
    });
    for (const raw of vantagePoints.list()) this.#follow(raw);
  }

  /** All whose agents may come, as of now. */
  get all(): readonly AgentVantagePoint[] {
    return [...this.#live.values()].flatMap((vantagePoint) => {
      const { country, role } = vantagePoint.spec;
      const { name } = vantagePoint.metadata;
      const tokenSHA256 = this.#tokenOf(vantagePoint);
      return tokenSHA256 === undefined ? [] : [{ name, country, role, tokenSHA256 }];
    });
  }

  /** The vantage point of this name, where its agents may come. */
  vantagePoint(name: string): VantagePoint | undefined {
    return this.#live.get(name);
  }

  /**
   * Reads tokens: all, or only those that are not known. Never throws.
   * @returns whether the API server answered for each
   */
  async refresh(which: "all" | "unknown"): Promise<boolean> {
    for (const name of this.#tokens.keys()) if (!this.#live.has(name)) this.#tokens.delete(name);
    const wanted = [...this.#live.values()].filter(
      (each) => which === "all" || this.#tokenOf(each) === undefined,
    );
    let isComplete = true;
    await inParallel(wanted, readsAtOnce, async (each) => {
      isComplete = (await this.#read(each)) && isComplete;
    });
    return isComplete;
  }

  /** Whether the token that was shown is still the vantage point's: asks the API server. */
  async isConfirmed({ name, tokenSHA256 }: AgentVantagePoint): Promise<boolean> {
    const vantagePoint = this.#live.get(name);
    if (vantagePoint === undefined) return false;
    await this.#read(vantagePoint);
    // It may have gone, or changed, meanwhile.
    const live = this.#live.get(name);
    const now = live === undefined ? undefined : this.#tokenOf(live);
    return now !== undefined && timingSafeEqual(now, tokenSHA256);
  }

  #follow(raw: CustomObject): void {
    const parsed = parseVantagePoint(raw);
    if (!parsed.ok || parsed.value.spec.agent === undefined) return;
    if (raw.metadata.deletionTimestamp !== undefined) return;
    this.#live.set(raw.metadata.name, parsed.value);
    if (this.#tokenOf(parsed.value) === undefined) void this.#read(parsed.value);
  }

  #tokenOf(vantagePoint: VantagePoint): Uint8Array | undefined {
    const known = this.#tokens.get(vantagePoint.metadata.name);
    return known?.of === ownerOf(vantagePoint) ? known.sha256 : undefined;
  }

  /** @returns whether the API server answered; where it did not, what it said last holds */
  async #read(vantagePoint: VantagePoint): Promise<boolean> {
    const ref = vantagePoint.spec.agent?.tokenSecretRef;
    if (ref === undefined) return true;
    const signal = AbortSignal.timeout(readWithinMs);
    const answer = await readToken(ref, this.#options.tokens, signal);
    if (answer.kind === "unread" || answer.kind === "forbidden") return false;
    const { name } = vantagePoint.metadata;
    if (answer.kind === "found" && isProbeToken(answer.token))
      this.#tokens.set(name, { of: ownerOf(vantagePoint), sha256: tokenHash(answer.token) });
    else this.#tokens.delete(name);
    return true;
  }
}

/** A vantage point that was made again, or names another Secret, has no use for what was read. */
function ownerOf({ metadata, spec }: VantagePoint): string {
  return JSON.stringify([metadata.uid, spec.agent?.tokenSecretRef]);
}
