import * as resources from "../../api/resources.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import type { CustomObject } from "../../kubernetes/objects.ts";
import { Reflector } from "../../kubernetes/reflector.ts";
import { parseKey } from "../../kubernetes/resource.ts";
import { Store } from "../../kubernetes/store.ts";
import { WorkQueue } from "../../runtime/queue.ts";
import { explainError } from "../../values/errors.ts";
import { hours } from "../../values/time.ts";
import { FollowedSecrets, type WatchClocks } from "./followed-secrets.ts";
import { type ExportScope, everyFleet, ofNamespace } from "./mark.ts";
import { type PageExport, counted } from "./page-export.ts";
import { type FleetKey, fleetText, secretText } from "./without-links.ts";

/** Which fleets are followed: those that are named, or all of a namespace (undefined: of all). */
export type FollowedScope =
  | { readonly kind: "Named"; readonly fleets: readonly FleetKey[] }
  | { readonly kind: "All"; readonly namespace: string | undefined };

export interface KeepOptions extends WatchClocks {
  readonly client: ApiClient;
  readonly scope: FollowedScope;
  readonly pages: PageExport;
  readonly say: (message: string) => void;
  readonly timer: (ms: number, callback: () => void) => () => void;
  readonly stop: AbortSignal;
}

/** Files that somebody else changed or removed are made good after this long at most. */
const checkedAgain = hours(1);

/** Keeps the pages of fleets up to date until `stop` fires. What fails is tried again: never throws. */
export async function keepExported(options: KeepOptions): Promise<void> {
  await new Keeper(options).run();
}

/** What may belong to fleets that are gone. */
export function scopeOf(namespace: string | undefined): ExportScope {
  return namespace === undefined ? everyFleet : ofNamespace(namespace);
}

class Keeper {
  readonly #options: KeepOptions;
  readonly #queue: WorkQueue;
  readonly #secrets: FollowedSecrets;
  /** Undefined where fleets are named. */
  readonly #fleets: Reflector<CustomObject> | undefined;
  readonly #store = new Store<CustomObject>();
  /** Fleets whose pages have been written at least once. */
  readonly #taken = new Set<string>();
  /** What was said of each trouble, so that it is said once. */
  readonly #troubles = new Map<string, string>();
  #isReady = false;

  constructor(options: KeepOptions) {
    this.#options = options;
    this.#queue = new WorkQueue(options);
    this.#secrets = new FollowedSecrets({
      ...options,
      onChange: (key) => this.#news(key),
      onFailure: (key, error) => this.#watchFailed(secretText(key), error),
    });
    if (options.scope.kind === "All") this.#fleets = this.#followFleets(options.scope.namespace);
  }

  async run(): Promise<void> {
    const { scope, stop } = this.#options;
    stop.addEventListener("abort", () => this.#queue.close(), { once: true });
    if (stop.aborted) return;
    if (scope.kind === "Named") for (const key of scope.fleets) this.#secrets.follow(key);
    void this.#fleets?.run(stop);
    for (;;) {
      const text = await this.#queue.next();
      if (text === undefined) return;
      await this.#attempt(text);
      this.#queue.done(text);
    }
  }

  #news(key: FleetKey): void {
    this.#troubles.delete(secretText(key));
    this.#queue.add(fleetText(key));
  }

  async #attempt(text: string): Promise<void> {
    try {
      if (text !== "") await this.#work(fleetKey(text));
      await this.#settle();
      this.#troubles.delete(text);
      this.#queue.forget(text);
      if (text !== "") this.#queue.addAfter(text, checkedAgain);
    } catch (error) {
      this.#trouble(text, `${explainError(error)}; it is tried again`);
      this.#queue.addFailed(text);
    }
  }

  async #work(key: FleetKey): Promise<void> {
    const isThere = this.#fleets === undefined || this.#store.get({ ...key }) !== undefined;
    if (isThere) this.#secrets.follow(key);
    const known = this.#secrets.known(key);
    if (known === undefined) return;
    await this.#options.pages.take(key, known.data);
    this.#taken.add(fleetText(key));
    if (isThere || known.data !== undefined) return;
    this.#secrets.forget(key);
    this.#taken.delete(fleetText(key));
  }

  /** Once all is known, pages of fleets that went while nobody looked can be told from others. */
  async #settle(): Promise<void> {
    const { scope, pages, say } = this.#options;
    const expected = scope.kind === "Named" ? scope.fleets : this.#store.list().map(keyOfFleet);
    const isListed = this.#fleets === undefined || this.#fleets.progress.isSynced;
    if (!isListed || !expected.every((key) => this.#taken.has(fleetText(key)))) return;
    if (scope.kind === "All") await pages.keepOnlyTaken(scopeOf(scope.namespace));
    if (!this.#isReady) say(`ready: ${counted(pages.pages)} in place`);
    this.#isReady = true;
  }

  #followFleets(namespace: string | undefined): Reflector<CustomObject> {
    const { client, sleep, random, now } = this.#options;
    const reflector: Reflector<CustomObject> = new Reflector({
      client,
      resource: resources.fleets,
      store: this.#store,
      namespace,
      metadataOnly: true,
      sleep,
      random,
      now,
      onWentBack: () => reflector.relist(),
      onFailure: (error) => this.#watchFailed("WhatsAppProxy", error),
    });
    this.#store.onChange(({ before, after }) => {
      const fleet = after ?? before;
      if (fleet !== undefined) this.#queue.add(fleetText(keyOfFleet(fleet)));
    });
    // An empty list changes nothing in the store, and yet it says that all pages are to go.
    reflector.progress.onTurn(() => this.#queue.add(""));
    return reflector;
  }

  #watchFailed(what: string, error: unknown): void {
    this.#trouble(
      what,
      `${what} can't be followed: ${explainError(error)}. Pages stay as they are; it is tried again`,
    );
  }

  #trouble(of: string, message: string): void {
    if (this.#troubles.get(of) !== message && !this.#options.stop.aborted)
      this.#options.say(message);
    this.#troubles.set(of, message);
  }
}

function keyOfFleet({ metadata: { namespace = "", name } }: CustomObject): FleetKey {
  return { namespace, name };
}

function fleetKey(text: string): FleetKey {
  const { namespace = "", name } = parseKey(text);
  return { namespace, name };
}
