import { createHmac, randomBytes } from "node:crypto";
import * as resources from "../../api/resources.ts";
import { RateGate } from "../../runtime/rate-gate.ts";
import { events } from "../../kubernetes/events.ts";
import { type Millis, seconds } from "../../values/time.ts";
import { type Access, type Admission, type Viewer, bearerToken, refusal } from "../access.ts";
import { type Rights, seesAnything } from "../rights.ts";
import { Expiring } from "./expiring.ts";
import { type ReviewClient, type User, mayDo, userOf } from "./reviews.ts";

export interface TokenAccessOptions {
  readonly client: ReviewClient;
  /** Namespaces that have fleets now. */
  readonly namespaces: () => ReadonlySet<string>;
  /** Never goes back (ms). */
  readonly clock: () => number;
  readonly lasts?: AnswersLast;
  /** An error of the API server: for the log. */
  readonly failed: (error: unknown) => void;
}

/** How long answers of the API server are believed. */
export interface AnswersLast {
  /** Whose token it is: one that is revoked shows nothing new after that. */
  readonly token: Millis;
  /** What they may see. */
  readonly rights: Millis;
}

const usualLasts: AnswersLast = { token: seconds(10), rights: seconds(30) };
/** People at once whose answers are remembered. */
const mostKept = 2048;
/** Tokens that the API server is asked about: wrong ones cost it as much as right ones. */
const tokenRate = { perSecond: 50, burst: 1200 };
/** Questions about one person's rights at once. */
const atOnce = 16;

/**
 * Lets in whoever has a token of the cluster, and asks the API server what they may list. A token is
 * kept in no readable form.
 */
export class TokenAccess implements Access {
  readonly #options: TokenAccessOptions;
  readonly #key = randomBytes(32);
  readonly #users: Expiring<User | undefined>;
  readonly #rights: Expiring<Rights>;
  readonly #mayRead: Expiring<boolean>;
  readonly #rate = new RateGate(tokenRate);

  constructor(options: TokenAccessOptions) {
    this.#options = options;
    const { clock, lasts = usualLasts } = options;
    this.#users = new Expiring(lasts.token, mostKept, clock);
    this.#rights = new Expiring(lasts.rights, mostKept, clock);
    this.#mayRead = new Expiring(lasts.rights, mostKept, clock);
  }

  async admit(authorization: string | undefined): Promise<Admission> {
    const token = bearerToken(authorization);
    if (token === undefined) return refusal("SignIn");
    try {
      const user = await this.#users.get(this.#sealed(token), async () => this.#userOf(token));
      if (user === undefined) return refusal("SignIn");
      const id = this.#idOf(user);
      const rights = await this.#rights.get(id, async () => this.#rightsOf(user));
      return seesAnything(rights)
        ? { kind: "Viewer", viewer: { id, rights, mayReadEvents: this.#eventsOf(id, user) } }
        : refusal("NoRight");
    } catch (error) {
      if (!(error instanceof TooManyTokensError)) this.#options.failed(error);
      return refusal("Busy");
    }
  }

  #eventsOf(id: string, user: User): Viewer["mayReadEvents"] {
    const { client } = this.#options;
    return async (namespace) =>
      this.#mayRead.get(`${id} ${namespace}`, async () =>
        mayDo(client, user, { of: events, verb: "list", namespace }),
      );
  }

  async #userOf(token: string): Promise<User | undefined> {
    const { client, clock } = this.#options;
    if (!this.#rate.passes(clock())) throw new TooManyTokensError();
    return userOf(client, token);
  }

  async #rightsOf(user: User): Promise<Rights> {
    const { client } = this.#options;
    const may = async (of: Parameters<typeof mayDo>[2]["of"], namespace?: string) =>
      mayDo(client, user, { of, verb: "list", namespace });
    const [everywhere, ledger, pools] = await Promise.all([
      may(resources.fleets),
      may(resources.addresses),
      may(resources.pools),
    ]);
    if (everywhere) return { namespaces: "All", ledger, pools };
    const namespaces = await this.#allowed(async (namespace) => may(resources.fleets, namespace));
    return { namespaces, ledger, pools };
  }

  async #allowed(may: (namespace: string) => Promise<boolean>): Promise<ReadonlySet<string>> {
    const waiting = [...this.#options.namespaces()];
    const allowed = new Set<string>();
    const work = async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
        if (await may(next)) allowed.add(next);
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    return allowed;
  }

  #sealed(text: string): string {
    return createHmac("sha256", this.#key).update(text).digest("base64");
  }

  #idOf({ username, uid, groups, extra }: User): string {
    return this.#sealed(JSON.stringify([username, uid, groups, extra]));
  }
}

/** More tokens are shown than the API server is to be asked about. */
class TooManyTokensError extends Error {}
