import { poolObject } from "../../../test/objects/address-pool.ts";
import { entryObject } from "../../../test/objects/ledger-entry.ts";
import { vantagePointObject } from "../../../test/objects/vantage-point.ts";
import type { Objects } from "./headlamp-page.ts";

const withUid = <T extends { readonly metadata: { readonly name: string } }>(object: T) => ({
  ...object,
  metadata: { uid: `${object.metadata.name}-uid`, ...object.metadata },
});

function entry(name: string, slot: number, status: object) {
  const claimRef = { namespace: "proxies", name: "family", uid: "fleet-uid", slot };
  const address = name.slice(3).replaceAll("-", ".");
  return withUid(entryObject({ name, spec: { pool: "metallb-a", address, claimRef }, status }));
}

/** A cluster with this fleet, its addresses and its pool, and somewhere to measure from. */
export function cluster(fleet: unknown): Objects {
  const blocked = {
    country: "IR",
    verdict: "Blocked",
    message: "5 timeouts from 3 vantage points",
  };
  const working = {
    type: "Working",
    status: "False",
    reason: "SecretMissing",
    message: "its Secret is missing",
  };
  return {
    whatsappproxies: [fleet],
    proxyaddresses: [
      entry("ip-203-0-113-9", 0, { phase: "Serving" }),
      entry("ip-203-0-113-10", 1, { phase: "Serving", reachability: [blocked] }),
      entry("ip-203-0-113-30", 0, { phase: "Quarantined" }),
    ],
    addresspools: [
      withUid({
        ...poolObject({ name: "metallb-a" }),
        status: { total: 60, serving: 2, draining: 0, quarantined: 58, free: 0 },
      }),
    ],
    vantagepoints: [
      withUid({
        ...vantagePointObject({
          name: "tehran-1",
          spec: { globalping: undefined, agent: { tokenSecretRef: { name: "tehran" } } },
        }),
        status: { conditions: [working] },
      }),
    ],
  };
}
