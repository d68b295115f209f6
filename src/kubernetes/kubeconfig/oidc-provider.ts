import type { Entry } from "./entry.ts";
import type { UserEntry } from "./format.ts";

type Provider = NonNullable<UserEntry["auth-provider"]>;

/**
 * Tokens of a user's `auth-provider`: of the kinds that once were, kubectl still reads `oidc`. An
 * ended one is renewed at its issuer, but never past a proxy: the issuer would see who asks.
 */
export class OidcProvider {
  readonly #user: Entry<UserEntry>;
  /** Renewed tokens are written into it, for as long as this process runs. */
  readonly #authProvider: { readonly name: string; readonly config: Record<string, string> };
  readonly #options: { readonly isProxied: boolean; readonly date: () => number };

  /** @throws KubeconfigError for another kind than oidc */
  constructor(
    user: Entry<UserEntry>,
    { name, config }: Provider,
    options: { readonly isProxied: boolean; readonly date: () => number },
  ) {
    if (name !== "oidc")
      throw user.wrong(
        "auth-provider.name",
        `"${name}" is read no more, by kubectl neither: write your cloud's credential plugin under exec`,
      );
    this.#user = user;
    this.#authProvider = { name, config: { ...config } };
    this.#options = options;
  }

  /** The token that counts now. @throws KubeconfigError where it has ended and can't be renewed */
  async token(): Promise<string> {
    const { OpenIDConnectAuth } = await import("@kubernetes/client-node/dist/oidc_auth.js");
    const field = "auth-provider.config.id-token";
    const endsAt = this.#endsAt((token) => OpenIDConnectAuth.expirationFromToken(token));
    if (endsAt <= this.#options.date() && this.#options.isProxied)
      throw this.#user.wrong(
        field,
        "has ended, and is not renewed past the proxy: run any kubectl command, which renews it",
      );
    const request = { headers: {} as Record<string, string> };
    const user = { name: "", authProvider: this.#authProvider };
    try {
      await new OpenIDConnectAuth().applyAuthentication(user, request);
    } catch (cause) {
      throw this.#user.wrong(field, "the issuer did not renew it: log in again", { cause });
    }
    const token = request.headers["Authorization"];
    if (token === undefined) throw this.#user.wrong(field, "is missing or has ended: log in again");
    return token.replace("Bearer ", "");
  }

  /** ms since 1970. */
  #endsAt(read: (token: string) => number): number {
    try {
      return read(this.#authProvider.config["id-token"] ?? "") * 1000;
    } catch {
      throw this.#user.wrong("auth-provider.config.id-token", "is no token: log in again");
    }
  }
}
