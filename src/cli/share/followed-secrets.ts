import { secrets } from "../../kubernetes/builtin.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import type { Secret } from "../../kubernetes/objects.ts";
import { Reflector } from "../../kubernetes/reflector.ts";
import { Store } from "../../kubernetes/store.ts";
import type { SecretData } from "../../share/shared-slots.ts";
import { shareSecretName } from "../../share/slot-share.ts";
import { type FleetKey, fleetText } from "./without-links.ts";

/** What watches wait by. */
export interface WatchClocks {
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

export interface FollowOptions extends WatchClocks {
  readonly client: ApiClient;
  readonly stop: AbortSignal;
  /** What is known of a fleet's Secret is new. */
  readonly onChange: (key: FleetKey) => void;
  /** A watch failed; it goes on by itself. */
  readonly onFailure: (key: FleetKey, error: unknown) => void;
}

interface Followed {
  readonly store: Store<Secret>;
  readonly reflector: Reflector<Secret>;
  readonly end: AbortController;
}

/**
 * Follows the Secrets of fleets, each by its name: a right on one Secret is enough, and no other
 * Secret of a namespace is ever read.
 */
export class FollowedSecrets {
  readonly #options: FollowOptions;
  readonly #followed = new Map<string, Followed>();

  constructor(options: FollowOptions) {
    this.#options = options;
  }

  /** Begins to follow a fleet's Secret, unless it is followed already. */
  follow(key: FleetKey): void {
    if (this.#followed.has(fleetText(key))) return;
    const followed = this.#begin(key);
    this.#followed.set(fleetText(key), followed);
    followed.store.onChange(() => this.#changed(key));
    followed.reflector.progress.onTurn(() => this.#changed(key));
    const { stop } = this.#options;
    void followed.reflector.run(AbortSignal.any([stop, followed.end.signal]));
  }

  /** No longer follows it. */
  forget(key: FleetKey): void {
    this.#followed.get(fleetText(key))?.end.abort();
    this.#followed.delete(fleetText(key));
  }

  /**
   * What the server said last: the Secret's data, or that there is none. Undefined where it has not
   * answered yet, or refused to.
   */
  known(key: FleetKey): { readonly data: SecretData | undefined } | undefined {
    const followed = this.#followed.get(fleetText(key));
    if (followed === undefined || !followed.reflector.progress.isSynced) return undefined;
    const [secret] = followed.store.list();
    return { data: secret === undefined ? undefined : (secret.data ?? {}) };
  }

  #changed(key: FleetKey): void {
    if (this.known(key) !== undefined) this.#options.onChange(key);
  }

  #begin(key: FleetKey): Followed {
    const { client, sleep, random, now, onFailure } = this.#options;
    const store = new Store<Secret>();
    const reflector: Reflector<Secret> = new Reflector({
      client,
      resource: secrets,
      store,
      namespace: key.namespace,
      fieldSelector: `metadata.name=${shareSecretName(key.name)}`,
      sleep,
      random,
      now,
      onWentBack: () => reflector.relist(),
      onFailure: (error) => onFailure(key, error),
    });
    return { store, reflector, end: new AbortController() };
  }
}
