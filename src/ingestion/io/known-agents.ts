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

/** The API server has this long to show a token (ms); after that, what it showed last holds. */
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
      const token = this.#tokens.get(name);
      if (token?.of !== ownerOf(vantagePoint)) return [];
      return [{ name, country, role, tokenSHA256: token.sha256 }];
    });
  }

  /** The vantage point of this name, where its agents may come. */
  vantagePoint(name: string): VantagePoint | undefined {
    return this.#live.get(name);
  }

  /** Reads all tokens. Never throws. */
  async refresh(): Promise<void> {
    for (const name of this.#tokens.keys()) if (!this.#live.has(name)) this.#tokens.delete(name);
    await inParallel([...this.#live.values()], readsAtOnce, async (each) => this.#read(each));
  }

  /** Whether the token that was shown is still the vantage point's: asks the API server. */
  async isConfirmed({ name, tokenSHA256 }: AgentVantagePoint): Promise<boolean> {
    const vantagePoint = this.#live.get(name);
    if (vantagePoint === undefined) return false;
    await this.#read(vantagePoint);
    const now = this.all.find((one) => one.name === name);
    return now !== undefined && timingSafeEqual(now.tokenSHA256, tokenSHA256);
  }

  #follow(raw: CustomObject): void {
    const parsed = parseVantagePoint(raw);
    if (!parsed.ok || parsed.value.spec.agent === undefined) return;
    if (raw.metadata.deletionTimestamp !== undefined) return;
    this.#live.set(raw.metadata.name, parsed.value);
    const known = this.#tokens.get(raw.metadata.name);
    if (known?.of !== ownerOf(parsed.value)) void this.#read(parsed.value);
  }

  async #read(vantagePoint: VantagePoint): Promise<void> {
    const { name } = vantagePoint.metadata;
    const ref = vantagePoint.spec.agent?.tokenSecretRef;
    if (ref === undefined) return;
    const signal = AbortSignal.timeout(readWithinMs);
    const answer = await readToken(ref, this.#options.tokens, signal);
    // The API server did not say: what it said last holds.
    if (answer.kind === "unread") return;
    if (answer.kind === "missing" || !isProbeToken(answer.token)) this.#tokens.delete(name);
    else this.#tokens.set(name, { of: ownerOf(vantagePoint), sha256: tokenHash(answer.token) });
  }
}

/** A vantage point that was made again, or names another Secret, has no use for what was read. */
function ownerOf({ metadata, spec }: VantagePoint): string {
  return JSON.stringify([metadata.uid, spec.agent?.tokenSecretRef]);
}
