import { impersonationHeaders } from "./impersonation.ts";
import { type PluginCredential, askPlugin } from "./exec-plugin.ts";
import { authoritiesOf, certificateOf, fileOf } from "./material.ts";
import { OidcProvider } from "./oidc-provider.ts";
import type { Target } from "./target.ts";

/** Headers of a call. */
export type Headers = Readonly<Record<string, string | readonly string[]>>;

/** What opens a connection to the API server, and what goes out with each call. */
export interface Material {
  readonly headers: Headers;
  /** PEM, as `node:tls` takes them. */
  readonly tls: {
    readonly ca: string | undefined;
    readonly cert: string | undefined;
    readonly key: string | undefined;
    readonly servername: string | undefined;
    readonly rejectUnauthorized: boolean;
  };
}

export interface CredentialsOptions {
  /** Whether a credential plugin may ask a person at standard input. */
  readonly isTerminal: boolean;
  /** A proxy leads to the API server: nothing may be asked of others past it. */
  readonly isProxied: boolean;
  /** ms since 1970. */
  readonly date: () => number;
}

/**
 * The credentials of a target, with those that change: files are read each time, and a plugin is
 * asked again when its answer has ended.
 */
export class Credentials {
  readonly #target: Target;
  readonly #options: CredentialsOptions;
  #plugin: PluginCredential | undefined;
  #oidc: OidcProvider | undefined;
  #lastToken: string | undefined;

  constructor(target: Target, options: CredentialsOptions) {
    this.#target = target;
    this.#options = options;
  }

  /** What counts now. @throws KubeconfigError that names what is wrong */
  async read(): Promise<Material> {
    const { cluster, impersonated, server } = this.#target;
    const as = impersonationHeaders(impersonated);
    // As kubectl: nothing secret goes out in the clear.
    if (!server.startsWith("https:")) return { headers: as, tls: plain };
    const [ca, own] = await Promise.all([authoritiesOf(cluster), this.#own()]);
    const authorization =
      own.authorization === undefined ? {} : { authorization: own.authorization };
    return {
      headers: { ...authorization, ...as },
      tls: {
        ca,
        cert: own.certificate?.cert,
        key: own.certificate?.key,
        servername: cluster.value["tls-server-name"],
        rejectUnauthorized: !cluster.value["insecure-skip-tls-verify"],
      },
    };
  }

  /** A plugin or a provider counts only where the user has nothing else, as for kubectl. */
  async #own(): Promise<Own> {
    const { user } = this.#target;
    const { exec, username = "", password = "", "auth-provider": provider } = user.value;
    const [token, certificate] = await Promise.all([this.#token(), certificateOf(user)]);
    if (token !== undefined) return { authorization: `Bearer ${token}`, certificate };
    if (username !== "" || password !== "") {
      const pair = Buffer.from(`${username}:${password}`).toString("base64");
      return { authorization: `Basic ${pair}`, certificate };
    }
    if (certificate !== undefined) return { certificate };
    if (exec !== null && exec !== undefined) return this.#ofPlugin(exec);
    if (provider === null || provider === undefined) return {};
    this.#oidc ??= new OidcProvider(user, provider, this.#options);
    return { authorization: `Bearer ${await this.#oidc.token()}` };
  }

  /** As kubectl: a file wins over a token, and once read, its last state counts while it is gone. */
  async #token(): Promise<string | undefined> {
    const { user } = this.#target;
    const { token, tokenFile } = user.value;
    if (tokenFile === undefined) return token;
    const last = this.#lastToken ?? token;
    try {
      const read = (await fileOf(user, "tokenFile", tokenFile)).trim();
      if (read === "") throw user.wrong("tokenFile", `${tokenFile} is empty: write a token to it`);
      return (this.#lastToken = read);
    } catch (error) {
      if (last === undefined) throw error;
      return last;
    }
  }

  async #ofPlugin(plugin: Parameters<typeof askPlugin>[0]): Promise<Own> {
    const { isTerminal, date } = this.#options;
    const hasEnded = (this.#plugin?.endsAt ?? Number.POSITIVE_INFINITY) <= date();
    if (this.#plugin === undefined || hasEnded)
      this.#plugin = await askPlugin(plugin, this.#target, isTerminal);
    const { token, certificate } = this.#plugin;
    return { authorization: (token ?? "") === "" ? undefined : `Bearer ${token}`, certificate };
  }
}

interface Own {
  readonly authorization?: string | undefined;
  readonly certificate?: { readonly cert: string; readonly key: string } | undefined;
}

const plain: Material["tls"] = {
  ca: undefined,
  cert: undefined,
  key: undefined,
  servername: undefined,
  rejectUnauthorized: true,
};
