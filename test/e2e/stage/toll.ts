import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { Crowd, Gathering, whatsapp } from "./people.ts";
import type { TestFleet } from "./fleet.ts";
import type { PublishedAddress } from "../../stand-ins/client/load.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

/** So many people hold a connection each. */
const staying = 40;

/**
 * People around a fleet in trouble: newcomers who connect all the time, and those who stay, on a
 * connection of their own. In the end it is counted who was cut off.
 */
export class Toll {
  readonly #newcomers: Crowd;
  readonly #staying: Gathering;

  /**
   * Resolves when everybody is there. They go home with the test.
   * @param at where those who stay connect; newcomers follow what the fleet publishes
   */
  static async of(t: TestContext, fleet: TestFleet, at: PublishedAddress): Promise<Toll> {
    return Toll.at(t, at, async () => (await fleet.published()).values());
  }

  /** The same, for newcomers who read the addresses elsewhere. */
  static async at(
    t: TestContext,
    at: PublishedAddress,
    published: () => Promise<Iterable<PublishedAddress>>,
  ): Promise<Toll> {
    const { certificateSHA256 } = await whatsapp();
    const people = await Gathering.at(at, staying, ["198.51.101.2"]);
    const newcomers = new Crowd(published, certificateSHA256);
    t.after(async () => Promise.allSettled([newcomers.goHome(), people.goHome()]));
    return new Toll(newcomers, people);
  }

  private constructor(newcomers: Crowd, people: Gathering) {
    this.#newcomers = newcomers;
    this.#staying = people;
  }

  /** Waits until each of those who stay was answered once more. */
  async everybodyIsAnswered(): Promise<void> {
    const before = this.#staying.state.echoes;
    await waitFor("everybody who stays to be answered once more", async () => {
      const { echoes, open } = this.#staying.state;
      assert.equal(open, staying, "somebody was cut off");
      return echoes >= before + staying;
    });
  }

  /** Those who stay hang up. */
  async hangUp(): Promise<void> {
    const { opened, ended, failed, lost } = await this.#staying.goHome();
    assert.deepEqual([opened, ended, failed, lost], [staying, { stopped: staying }, {}, 0]);
  }

  /** All go home. Prints how many were cut off, which must be nobody. */
  async count(t: TestContext): Promise<void> {
    const [summary, stayed] = await Promise.all([this.#newcomers.goHome(), this.#staying.goHome()]);
    const { connections, failures, seconds, slowestMs } = summary;
    const cutOff = staying - (stayed.ended["stopped"] ?? 0);
    t.diagnostic(
      `${failures} of ${connections} new connections failed in ${seconds} s, the slowest took ${slowestMs} ms; ${cutOff} of ${staying} who stayed were cut off, with ${stayed.echoes} echoes, ${stayed.lost} lost`,
    );
    assert.deepEqual(this.#newcomers.failures, []);
    assert.ok(connections > 100, `only ${connections} newcomers`);
    assert.deepEqual([cutOff, stayed.lost], [0, 0]);
  }
}
