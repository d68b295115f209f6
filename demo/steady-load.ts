import type { LoadFailure, LoadSummary } from "../test/stand-ins/client/load.ts";
import { published, readFleet } from "./fleet.ts";
import { accompany, type Companion } from "./run.ts";
import { DemoError } from "./say.ts";
import type { Scene } from "./scene.ts";
import type { Stage } from "./stage.ts";

type LoadEvent =
  ({ readonly event: "failure" } & LoadFailure) | ({ readonly event: "summary" } & LoadSummary);

const readEveryMs = 1_000;

/** The first failures tell what is wrong; all of them are counted. */
const failuresShown = 5;

/**
 * New connections a second to each published address. The real WhatsApp is no place for a load
 * test.
 */
export const perSecond: Readonly<Record<Stage["kind"], number>> = { embedded: 20, current: 2 };

/**
 * People who connect all the time, to each address that is published, which they look up every
 * second. The first failures are shown at once.
 */
export class SteadyLoad {
  readonly #scene: Scene;
  readonly #companion: Companion<LoadEvent>;
  readonly #summary: Promise<LoadSummary>;
  readonly #reading: NodeJS.Timeout;

  constructor(scene: Scene) {
    const { stage, mediaCertificate } = scene;
    const fingerprint = mediaCertificate === undefined ? [] : ["--fingerprint", mediaCertificate];
    this.#scene = scene;
    this.#companion = accompany<LoadEvent>([
      ...stage.client,
      "load",
      "--rate",
      String(perSecond[stage.kind]),
      ...fingerprint,
    ]);
    this.#summary = this.#follow();
    this.#summary.catch(() => undefined);
    this.#reading = setInterval(() => void this.#publish(), readEveryMs);
    void this.#publish();
  }

  /**
   * No more connections; waits for those under way.
   * @throws DemoError if the client broke off
   */
  async end(): Promise<LoadSummary> {
    clearInterval(this.#reading);
    this.#companion.finish();
    return this.#summary;
  }

  stop(): void {
    clearInterval(this.#reading);
    this.#companion.stop();
  }

  /** A look-up that fails is left out: the people go on with what they know. */
  async #publish(): Promise<void> {
    try {
      const addresses = [...published(await readFleet(this.#scene.kubectl)).values()];
      this.#companion.send(JSON.stringify({ addresses }));
    } catch (error) {
      if (!(error instanceof DemoError)) throw error;
    }
  }

  async #follow(): Promise<LoadSummary> {
    let failures = 0;
    for await (const event of this.#companion.events) {
      if (event.event === "summary") return event;
      failures += 1;
      if (failures <= failuresShown)
        this.#scene.say.tell(
          `a connection failed: ${event.host} ${event.listener}: ${event.reason}`,
        );
    }
    throw new DemoError("the clients that open connections all the time broke off");
  }
}
