import type { Logger } from "pino";
import { fieldManagers } from "../../api/names.ts";
import { ownSecrets } from "../../cluster/own-secrets.ts";
import type { Trouble } from "../../cluster/trouble.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import { ConflictError } from "../../kubernetes/errors.ts";
import type { Secret } from "../../kubernetes/objects.ts";
import { keyText } from "../../kubernetes/resource.ts";
import type { Store } from "../../kubernetes/store.ts";
import { ProxyfleetError, explainError } from "../../values/errors.ts";
import { keySecret, keySecretAgain, keySecretPlace, readKeySecret } from "../key-secret.ts";

/** The Secret that paths of share pages follow from is of no use. */
export class ShareKeyError extends ProxyfleetError {}

export interface KeyKeeperOptions {
  readonly client: Pick<ApiClient, "get" | "create">;
  /** The operator's own. */
  readonly namespace: string;
  /** Where the Secret is kept: what is written to it meanwhile comes here too. */
  readonly store: Store<Secret>;
  /** Whether this replica may make the Secret where there is none: only the one that leads. */
  readonly mayMake: () => boolean;
  /** Whether pages or names are there that follow from a key: then it was lost. */
  readonly isInUse: () => boolean;
  /** 32 random bytes. */
  readonly makeKey: () => Uint8Array;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly log: Logger;
  /** What is wrong with it, for whoever shows that. */
  readonly trouble: Trouble;
}

/** Between two looks (ms): a page that was renewed on another replica ends here within this time. */
const lookEveryMs = 5_000;
/** The same while no key is known: nobody has a page until then. */
const lookSoonMs = 1_000;

/**
 * Follows the Secret with the key of share pages and names until `signal` fires, on each replica.
 * What fails is logged once and tried again: no fleet waits for it.
 */
export async function followShareKey(
  options: KeyKeeperOptions,
  signal: AbortSignal,
): Promise<void> {
  const { namespace, store, sleep, log, trouble } = options;
  while (!signal.aborted) {
    const problem = await look(options);
    if (problem !== "" && problem !== trouble.words && !signal.aborted)
      log.warn({ problem }, "the key of share pages can't be read or made; it is tried again");
    trouble.words = problem;
    const isKnown = readKeySecret(store.get(keySecretPlace(namespace))) !== undefined;
    await sleep(isKnown ? lookEveryMs : lookSoonMs, signal);
  }
}

/** @returns what is wrong, in words; empty: nothing */
async function look(options: KeyKeeperOptions): Promise<string> {
  try {
    await readShareKey(options);
    return "";
  } catch (error) {
    return explainError(error);
  }
}

/**
 * Reads the key's Secret into its store. Where the server says that there is none, the replica that
 * leads makes one, or writes the one again that it knows: another key would lead every page and
 * every name elsewhere. So one that was lost is not replaced: a person puts it back, or decides.
 * @throws ShareKeyError, without any part of the key; errors of the API client
 */
export async function readShareKey(
  options: Omit<KeyKeeperOptions, "sleep" | "log" | "trouble">,
): Promise<void> {
  const { client, namespace, store, mayMake } = options;
  const place = keySecretPlace(namespace);
  const known = store.get(place);
  const found = await client.get(ownSecrets, place);
  if (found !== undefined) return takeIn(found, known, options);
  if (!mayMake()) return;
  const missing = await made(known, options);
  if (missing !== undefined) takeIn(missing, known, options);
}

async function made(
  known: Secret | undefined,
  options: Pick<KeyKeeperOptions, "client" | "namespace" | "makeKey" | "isInUse">,
): Promise<Secret | undefined> {
  const { client, namespace, makeKey } = options;
  const isUsable = readKeySecret(known) !== undefined;
  if (!isUsable && options.isInUse()) throw lost(namespace);
  const secret =
    known !== undefined && isUsable
      ? keySecretAgain(namespace, known)
      : keySecret(namespace, makeKey());
  try {
    return await client.create(ownSecrets, secret, fieldManagers.share);
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    // Somebody was faster: what they made is what all replicas use.
    return client.get(ownSecrets, keySecretPlace(namespace));
  }
}

function lost(namespace: string): ShareKeyError {
  const { name } = keySecretPlace(namespace);
  return new ShareKeyError(
    `Secret ${namespace}/${name} is gone, and share pages or names that follow from its key are there: put it back from a backup. Or give every page and every name a new address: kubectl create secret generic ${name} -n ${namespace} --from-literal=key="$(head -c 24 /dev/urandom | base64)"`,
  );
}

/**
 * What the server has is right, even where its versions went back, as after a restore; but for a
 * write of this process that came while it was read. A Secret without a key takes no page away.
 */
function takeIn(
  found: Secret,
  known: Secret | undefined,
  { store }: Pick<KeyKeeperOptions, "store">,
): void {
  const place = { namespace: found.metadata.namespace, name: found.metadata.name };
  if (readKeySecret(found) === undefined)
    throw new ShareKeyError(
      `Secret ${keyText(place)} has no field key of 32 bytes: put back the one that a backup has, or delete the Secret to get another one, which gives every share page and every name a new address`,
    );
  const isNews = found.metadata.resourceVersion !== known?.metadata.resourceVersion;
  if (!isNews || store.get(place) !== known) return;
  store.recordRead(place, found);
}
