import type { Entry } from "../kubeconfig/entry.ts";
import type { ClusterEntry } from "../kubeconfig/format.ts";
import { KubeconfigError } from "../kubeconfig/entry.ts";
import { isExempt } from "./no-proxy.ts";

const kinds = { "http:": 80, "https:": 443, "socks5:": 1080, "socks5h:": 1080 } as const;
type Scheme = keyof typeof kinds;

/** A proxy on the way to the API server. */
export interface Proxy {
  readonly kind: "http" | "https" | "socks5";
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
  readonly user: { readonly name: string; readonly password: string } | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that kubectl would use for a server: the one that its cluster names, or else that of the
 * environment (HTTPS_PROXY, HTTP_PROXY, NO_PROXY, also in small letters). Undefined: none.
 * @throws KubeconfigError for one that can't be used: no call may go past a proxy that was meant
 */
export function proxyFor(
  { server, cluster }: { readonly server: string; readonly cluster: Entry<ClusterEntry> },
  env: Environment,
): Proxy | undefined {
  const named = cluster.value["proxy-url"];
  if (named !== undefined) {
    const proxy = readProxy(named);
    if (proxy === undefined) throw cluster.wrong("proxy-url", `is no address of a proxy${remedy}`);
    return proxy;
  }
  const url = new URL(server);
  const variable = url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const text = given(env, variable);
  if (text === undefined || isExempt(url, given(env, "NO_PROXY") ?? "")) return undefined;
  const proxy = readProxy(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (proxy !== undefined) return proxy;
  const place = { ...cluster.place, field: variable };
  throw new KubeconfigError(place, `the variable holds no address of a proxy${remedy}`);
}

const remedy = ": write it like http://host:3128, https://host:3128 or socks5://host:1080";

function given(env: Environment, name: string): string | undefined {
  return [env[name], env[name.toLowerCase()]].find((value) => value !== undefined && value !== "");
}

/** Undefined where it is none. It may hold a password, so no error repeats it. */
function readProxy(text: string): Proxy | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.hostname === "" || !isScheme(url.protocol)) return undefined;
  const { protocol, hostname, port, username, password } = url;
  return {
    kind: protocol === "socks5h:" ? "socks5" : (protocol.slice(0, -1) as "http"),
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? kinds[protocol] : Number(port),
    user:
      username === ""
        ? undefined
        : { name: decodeURIComponent(username), password: decodeURIComponent(password) },
  };
}

function isScheme(protocol: string): protocol is Scheme {
  return protocol in kinds;
}
