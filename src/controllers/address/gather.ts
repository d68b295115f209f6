import { type AddressPool, parseAddressPool } from "../../api/address-pool.ts";
import { type WhatsAppProxy, parseWhatsAppProxy } from "../../api/fleet.ts";
import { type ProxyAddress, parseProxyAddress } from "../../api/proxy-address.ts";
import { belongsTo } from "../../domain/ownership.ts";
import { isServingPod } from "../../domain/pods-view.ts";
import type { CustomObject } from "../../kube/custom.ts";
import { childName } from "../../manifests/names.ts";
import type { Pod, Service } from "../../manifests/objects.ts";
import { laneCertificates } from "../fleet/lane-certificates.ts";
import type { Environment } from "../environment.ts";

/** All that the next step of a ledger entry is decided from; the try at the address comes on top, where one is due. */
export interface ObservedAddress {
  readonly raw: CustomObject;
  readonly entry: ProxyAddress;
  /** The fleet that it belongs to, if there is one that can be read. */
  readonly fleet: WhatsAppProxy | undefined;
  readonly pool: AddressPool | undefined;
  /** SHA-256 of the certificate that was made for this entry. */
  readonly certificate: string | undefined;
  readonly services: readonly Service[];
  readonly pods: readonly Pod[];
}

/** Reads an entry and all around it from the caches. Undefined: there is none, or none that can be read. */
export function gatherAddress(name: string, { caches, log }: Environment): ObservedAddress | undefined {
  const raw = caches.addresses.get({ name });
  if (raw === undefined) return undefined;
  const parsed = parseProxyAddress(raw);
  if (!parsed.ok) {
    log.warn({ address: name, problem: parsed.problem }, "a ledger entry can't be read and is left alone");
    return undefined;
  }
  const entry = parsed.value;
  const { claimRef, lane, pool } = entry.spec;
  const secret = caches.secrets.get({ namespace: claimRef.namespace, name: childName(claimRef.name) });
  return {
    raw,
    entry,
    fleet: claimingFleet(entry, caches.fleets.get(claimRef)),
    pool: readPool(caches.pools.get({ name: pool })),
    certificate: laneCertificates(secret).find((certificate) => certificate.lane === lane && certificate.uid === entry.metadata.uid)
      ?.sha256,
    services: caches.services.by("address", name),
    pods: caches.pods.by("fleet", `${claimRef.namespace}/${claimRef.name}`).filter(isServingPod),
  };
}

function claimingFleet(entry: ProxyAddress, raw: CustomObject | undefined): WhatsAppProxy | undefined {
  if (raw === undefined || !belongsTo(entry, raw.metadata.uid)) return undefined;
  const parsed = parseWhatsAppProxy(raw);
  return parsed.ok ? parsed.value : undefined;
}

function readPool(raw: CustomObject | undefined): AddressPool | undefined {
  const parsed = raw === undefined ? undefined : parseAddressPool(raw);
  return parsed?.ok === true ? parsed.value : undefined;
}
