import type { Listener, StepFailure, TestOutcome, TestStep } from "../../reachability/evidence.ts";
import { type IpRange, contains, parseIp, parseRange } from "../../values/ip.ts";

/** What a block does to a connection. */
export interface BlockEffect {
  readonly step: TestStep;
  readonly failure: StepFailure;
}

/** Packets vanish. */
export const dropped: BlockEffect = { step: "tcp", failure: { kind: "TimedOut" } };

/** The handshake of TLS is reset. */
export const reset: BlockEffect = { step: "tls", failure: { kind: "Reset" } };

/** One rule of a censor's boxes. */
export interface Block {
  readonly what:
    | { readonly kind: "address"; readonly address: string }
    | { readonly kind: "network"; readonly cidr: string }
    | { readonly kind: "everything" };
  /** Absent: all ports. */
  readonly listeners?: readonly Listener[];
  /** Absent: in the networks of all providers of the country. */
  readonly isps?: ReadonlySet<string>;
  readonly effect: BlockEffect;
  /** Nothing abroad is reached at all, whatever it is. */
  readonly isOutage?: true;
}

interface NetworkBlock {
  readonly range: IpRange;
  readonly block: Block;
}

/** The address that a change is about, or `all`. */
export type Affected = string;

/** The border of one country: what passes it from which provider's network. */
export class Border {
  readonly #byAddress = new Map<string, Set<Block>>();
  readonly #networks = new Set<NetworkBlock>();
  readonly #everything = new Set<Block>();
  readonly #listeners = new Set<(affected: Affected) => void>();

  /** Calls `listener` after each change. */
  onChange(listener: (affected: Affected) => void): void {
    this.#listeners.add(listener);
  }

  /** Puts a block in place; returns what lifts it. */
  add(block: Block): () => void {
    const lift = this.#put(block);
    const affected = block.what.kind === "address" ? block.what.address : "all";
    this.#tell(affected);
    let isLifted = false;
    return () => {
      if (isLifted) return;
      isLifted = true;
      lift();
      this.#tell(affected);
    };
  }

  /** How a connection to one port of an address ends, from a provider's network. */
  outcome(address: string, listener: Listener, isp: string): TestOutcome {
    const block = this.#blockOf(address, listener, isp);
    if (block === undefined) return { kind: "Worked", upTo: "transfer" };
    const { step: at, failure } = block.effect;
    return { kind: "Failed", at, failure };
  }

  /** Whether people behind this provider can write messages through an address. */
  passes(address: string, isp: string): boolean {
    return this.#blockOf(address, "chat", isp) === undefined;
  }

  /** Whether anything abroad is reached from a provider's network. */
  isDown(isp: string): boolean {
    for (const block of this.#everything)
      if (block.isOutage === true && isFor(block, isp)) return true;
    return false;
  }

  /** Whether any rule is about this address in particular, or its network. */
  isListed(address: string): boolean {
    if (this.#byAddress.has(address)) return true;
    if (this.#networks.size === 0) return false;
    const ip = parseIp(address);
    return [...this.#networks].some(({ range }) => contains([range], ip));
  }

  #put(block: Block): () => void {
    const { what } = block;
    switch (what.kind) {
      case "everything":
        this.#everything.add(block);
        return () => void this.#everything.delete(block);
      case "network": {
        const network = { range: parseRange(what.cidr), block };
        this.#networks.add(network);
        return () => void this.#networks.delete(network);
      }
      case "address": {
        const own = this.#byAddress.get(what.address) ?? new Set<Block>();
        this.#byAddress.set(what.address, own.add(block));
        return () => {
          own.delete(block);
          if (own.size === 0) this.#byAddress.delete(what.address);
        };
      }
    }
  }

  #blockOf(address: string, listener: Listener, isp: string): Block | undefined {
    const meets = (block: Block) =>
      isFor(block, isp) && block.listeners?.includes(listener) !== false;
    for (const block of this.#everything) if (meets(block)) return block;
    for (const block of this.#byAddress.get(address) ?? []) if (meets(block)) return block;
    if (this.#networks.size === 0) return undefined;
    const ip = parseIp(address);
    for (const { range, block } of this.#networks)
      if (meets(block) && contains([range], ip)) return block;
    return undefined;
  }

  #tell(affected: Affected): void {
    for (const listener of this.#listeners) listener(affected);
  }
}

function isFor({ isps }: Block, isp: string): boolean {
  return isps?.has(isp) !== false;
}
