import { parseAddressPool } from "../api/address-pool.ts";
import { parseWhatsAppProxy } from "../api/fleet.ts";
import { type ProxyAddress, parseProxyAddress } from "../api/proxy-address.ts";
import { childName, type ListenerName } from "../api/names.ts";
import { laneCertificates } from "../proxy/lane-certificates.ts";
import type { Environment } from "../cluster/environment.ts";
import type { ObservedAddress } from "./observe.ts";
import { type Place, problemWith } from "./probe-listener.ts";

/** So many other addresses of the pool are tried. */
const mostNeighbours = 3;

/**
 * Whether some other serving address of the pool works now on the listeners that fail: then the
 * fault is not the provider's, nor that of the way there. Undefined: there is none to ask.
 */
export async function neighbourWorks(
  { entry }: ObservedAddress,
  failing: readonly ListenerName[],
  environment: Environment,
): Promise<boolean | undefined> {
  const serving = environment.caches.addresses.by("pool", entry.spec.pool).flatMap((raw) => {
    const parsed = parseProxyAddress(raw);
    return parsed.ok &&
      parsed.value.status.phase === "Serving" &&
      raw.metadata.name !== entry.metadata.name
      ? [parsed.value]
      : [];
  });
  for (const neighbour of serving.slice(0, mostNeighbours))
    if (await answers(neighbour, failing, environment)) return true;
  return serving.length === 0 ? undefined : false;
}

async function answers(
  neighbour: ProxyAddress,
  failing: readonly ListenerName[],
  { caches }: Environment,
): Promise<boolean> {
  const certificate = certificateOf(neighbour, caches);
  if (certificate === undefined) return false;
  const problems = await Promise.all(
    failing.map(async (listener) => {
      const place = placeOf(neighbour, listener, caches);
      if (place === undefined) return "it has no such port";
      return problemWith(listener, [place], {
        certificate,
        mediaServer: mediaServer(neighbour, caches),
      });
    }),
  );
  return problems.every((problem) => problem === undefined);
}

function placeOf(
  { spec }: ProxyAddress,
  listener: ListenerName,
  caches: Environment["caches"],
): Place | undefined {
  const port = spec.ports.find(({ name }) => name === listener)?.port;
  if (port === undefined || spec.address === undefined) return undefined;
  const raw = caches.pools.get({ name: spec.pool });
  const pool = raw === undefined ? undefined : parseAddressPool(raw);
  return {
    host: spec.address,
    port,
    hasHeader: pool?.ok === true && pool.value.spec.proxyProtocol.version === "V2",
  };
}

function mediaServer({ spec }: ProxyAddress, caches: Environment["caches"]): string | undefined {
  const raw = caches.fleets.get(spec.claimRef);
  const fleet = raw === undefined ? undefined : parseWhatsAppProxy(raw);
  return fleet?.ok === true ? fleet.value.spec.upstream.media.servers[0] : undefined;
}

function certificateOf(
  { metadata, spec }: ProxyAddress,
  caches: Environment["caches"],
): string | undefined {
  const secret = caches.secrets.get({
    namespace: spec.claimRef.namespace,
    name: childName(spec.claimRef.name),
  });
  return laneCertificates(secret).find(({ uid }) => uid === metadata.uid)?.sha256;
}
