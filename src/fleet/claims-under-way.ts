import type { AddressPool } from "../api/address-pool.ts";
import type { Claim } from "../rotation/claim.ts";
import { ConflictError } from "../kubernetes/errors.ts";
import type { Ledger } from "../ledger/ledger.ts";

/**
 * Holds fleets that claim side by side to their pools' limit for a namespace. Each was planned from
 * a ledger without the other's claims, and the atomic name of an entry only keeps two from taking
 * the same address.
 */
export class ClaimsUnderWay {
  readonly #ledger: Pick<Ledger, "heldBy">;
  readonly #underWay: { readonly namespace: string; readonly pool: string }[] = [];

  constructor(ledger: Pick<Ledger, "heldBy">) {
    this.#ledger = ledger;
  }

  /**
   * Runs `take`, and counts `claims` until it ends: then the ledger counts what was taken.
   * @throws ConflictError before anything is taken, where a pool would give the namespace too many:
   * the next plan sees what is left
   */
  async counted(
    namespace: string,
    claims: readonly Pick<Claim, "pool">[],
    pools: ReadonlyMap<string, Pick<AddressPool["spec"], "perNamespace">>,
    take: () => Promise<void>,
  ): Promise<void> {
    const own = claims.map(({ pool }) => ({ namespace, pool }));
    this.#underWay.push(...own);
    try {
      for (const { pool } of own)
        this.#expectRoom(namespace, pool, pools.get(pool)?.perNamespace ?? 0);
      await take();
    } finally {
      for (const claim of own) this.#underWay.splice(this.#underWay.indexOf(claim), 1);
    }
  }

  #expectRoom(namespace: string, pool: string, perNamespace: number): void {
    const claimed = this.#underWay.filter(
      (claim) => claim.namespace === namespace && claim.pool === pool,
    ).length;
    if (perNamespace > 0 && this.#ledger.heldBy(namespace, pool) + claimed > perNamespace)
      throw new ConflictError("claim", {
        status: 409,
        reason: "ClaimsUnderWay",
        message: `other fleets of namespace ${namespace} claim from pool ${pool} now`,
      });
  }
}
