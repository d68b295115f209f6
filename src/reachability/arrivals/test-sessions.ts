import { type Instant, minutes, since } from "../../values/time.ts";
import type { Evidence } from "../evidence.ts";
import { ownTests } from "./own-tests.ts";

/**
 * A test that ended longer ago was reported late, as by an agent that was offline: its sessions were
 * counted long before, and must not be taken from those of people who come now.
 */
const freshFor = minutes(5);

/** Sessions that our own tests opened, from when they are reported until they are taken off a count. */
export class TestSessions {
  #sessions = new Map<string, number>();

  /** Takes in what was reported at this time; what is no test counts for nothing. */
  add(evidence: readonly Evidence[], now: Instant): void {
    const fresh = evidence.flatMap((one) =>
      one.kind === "test" && since(one.at, now) <= freshFor ? [one] : [],
    );
    for (const [address, more] of ownTests(fresh))
      this.#sessions.set(address, (this.#sessions.get(address) ?? 0) + more);
  }

  /** All of them by address, each once. */
  take(): ReadonlyMap<string, number> {
    const taken = this.#sessions;
    this.#sessions = new Map();
    return taken;
  }
}
