import { readFile } from "node:fs/promises";
import { type TokenSource, readToken } from "../../reachability/io/token.ts";
import { ProxyfleetError, explainError } from "../../values/errors.ts";
import { type Instant, minutes, plus } from "../../values/time.ts";
import type { Receiver, SecretPlace } from "../receivers.ts";
import { type SigningKey, signingKeys } from "../signature.ts";

/** A receiver's secret can't be had. The message says what to do, and quotes nothing of it. */
export class SecretError extends ProxyfleetError {}

/** A secret is read again after this, so that a changed one counts soon. */
const lasts = minutes(1);

interface Known {
  readonly keys: readonly SigningKey[];
  readonly readAt: Instant;
}

/** What receivers' news is signed with, as their Secrets and files say. */
export class SigningKeys {
  readonly #tokens: TokenSource;
  readonly #now: () => Instant;
  readonly #known = new Map<string, Known>();

  constructor(tokens: TokenSource, now: () => Instant) {
    this.#tokens = tokens;
    this.#now = now;
  }

  /**
   * The keys of a receiver. While the API server gives no answer, those that were read before.
   * @throws SecretError
   */
  async of({ secret }: Pick<Receiver, "secret">, signal: AbortSignal) {
    const place = JSON.stringify(secret);
    const known = this.#known.get(place);
    const now = this.#now();
    if (known !== undefined && now >= known.readAt && now < plus(known.readAt, lasts))
      return known.keys;
    const text = await this.#read(secret, signal);
    if (text === undefined && known !== undefined) return known.keys;
    const keys = signingKeys(text ?? "");
    if (typeof keys === "string") throw new SecretError(`${placeText(secret)} ${keys}`);
    this.#known.set(place, { keys, readAt: now });
    return keys;
  }

  /** Undefined where the API server did not say. @throws SecretError where a person has to help */
  async #read(secret: SecretPlace, signal: AbortSignal): Promise<string | undefined> {
    if (secret.kind === "file") return readSecretFile(secret.path);
    const token = await readToken(secret, this.#tokens, signal);
    if (token.kind === "found") return token.token;
    const isUnread = token.kind === "unread" && this.#known.has(JSON.stringify(secret));
    if (isUnread) return undefined;
    throw new SecretError(token.message);
  }
}

async function readSecretFile(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (cause) {
    throw new SecretError(
      `secretFile ${path} can't be read: ${explainError(cause)}. Mount it, or use secretRef`,
    );
  }
}

function placeText(secret: SecretPlace): string {
  return secret.kind === "file"
    ? `secretFile ${secret.path}`
    : `the key ${secret.key} of the Secret ${secret.name}`;
}
