import { type AddressPool, parseAddressPool } from "../../api/address-pool.ts";
import { parseWhatsAppProxy } from "../../api/fleet.ts";
import type { Caches } from "../../cluster/caches.ts";
import type { CustomObject } from "../../kubernetes/objects.ts";
import { keyOf, keyText } from "../../kubernetes/resource.ts";
import { belongsTo } from "../../ledger/ownership.ts";
import { viewOfEntry } from "../../ledger/view.ts";
import { lowWater } from "../../pool/status.ts";
import type { CountryLooks } from "../../reachability/io/country-looks.ts";
import { readVantagePoints, testableFrom } from "../../reachability/io/vantage-points.ts";
import { keySecretPlace, readKeySecret } from "../../share/key-secret.ts";
import type { Instant } from "../../values/time.ts";
import type { NewsItem } from "../item.ts";
import { silenceNews } from "../silence.ts";
import { type SlotEntry, mayBeNews, slotNews } from "../slot-news.ts";
import type { Lasting, SpellKind } from "../spells.ts";

/** What news follow from. */
export interface NewsSources {
  readonly caches: Pick<Caches, "fleets" | "addresses" | "pools" | "vantagePoints" | "ownSecrets">;
  readonly looks: Pick<CountryLooks, "holdsOn">;
  /** Undefined until what was kept of it has been read: nothing is known of outages before. */
  readonly evidence: { readonly log: unknown };
  /** The operator's own, where it keeps the key that links and paths follow from. */
  readonly operatorNamespace: string;
}

/** News of slots and vantage points, as far as the caches show them. */
export function observedNews(sources: NewsSources, now: Instant): readonly NewsItem[] {
  return [...newsOfSlots(sources, now), ...newsOfVantagePoints(sources, now)];
}

/** Only fleets are read of which something may be news. */
function newsOfSlots(
  { caches, operatorNamespace }: NewsSources,
  now: Instant,
): readonly NewsItem[] {
  const secrets = readKeySecret(caches.ownSecrets.get(keySecretPlace(operatorNamespace)));
  return caches.fleets.list().flatMap((raw) => {
    const entries = entriesOf(raw, caches);
    if (!entries.some(({ view }) => mayBeNews(view, now))) return [];
    const parsed = parseWhatsAppProxy(raw);
    return parsed.ok ? slotNews({ fleet: parsed.value, entries, secrets }) : [];
  });
}

function entriesOf(fleet: CustomObject, { addresses }: NewsSources["caches"]) {
  return addresses.by("fleet", keyText(keyOf(fleet))).flatMap((raw): SlotEntry[] => {
    const { view } = viewOfEntry(raw);
    const isOwn = view !== undefined && belongsTo(view, fleet.metadata.uid);
    return isOwn ? [{ uid: raw.metadata.uid ?? "", view }] : [];
  });
}

function newsOfVantagePoints({ caches }: NewsSources, now: Instant): readonly NewsItem[] {
  return readVantagePoints(caches)
    .filter(({ status }) => !isWorking(status.conditions))
    .flatMap((vantagePoint) => {
      const hasTargets = testableFrom(vantagePoint, caches).length > 0;
      return silenceNews({ vantagePoint, hasTargets, now });
    });
}

type Conditions = readonly { readonly type: string; readonly status: string }[] | undefined;

function isWorking(conditions: Conditions): boolean {
  return conditions?.some(({ type, status }) => type === "Working" && status === "True") === true;
}

/** What lasts, and of which kinds that can be said now. */
export function observedLasting({ caches, looks, evidence }: NewsSources): {
  readonly lasting: readonly Lasting[];
  readonly known: readonly SpellKind[];
} {
  const pools = caches.pools.list().flatMap(lowPool);
  if (evidence.log === undefined) return { lasting: pools, known: ["PoolLow"] };
  return { lasting: [...pools, ...outages(caches, looks)], known: ["PoolLow", "Outage"] };
}

function lowPool(raw: CustomObject): readonly Lasting[] {
  const parsed = parseAddressPool(raw);
  if (!parsed.ok) return [];
  const { metadata, spec, status }: AddressPool = parsed.value;
  const low = lowWater(undefined, status, spec.reserve);
  if (low === undefined) return [];
  const because = `pool ${metadata.name}: ${low.message}`;
  return [{ kind: "PoolLow", subject: metadata.name, because }];
}

/** A country has an outage where a fleet's moves are held for one. */
function outages(
  { fleets, addresses }: NewsSources["caches"],
  looks: NewsSources["looks"],
): readonly Lasting[] {
  const found = new Map<string, Lasting>();
  for (const raw of fleets.list().filter(suspectsOutage)) {
    const parsed = parseWhatsAppProxy(raw);
    if (!parsed.ok) continue;
    const entries = addresses.by("fleet", keyText(keyOf(raw)));
    const views = entries.flatMap((entry) => viewOfEntry(entry).view ?? []);
    for (const { country, why, because } of looks.holdsOn(parsed.value, views))
      if (why.kind === "Outage" && !found.has(country))
        found.set(country, { kind: "Outage", subject: country, because });
  }
  return [...found.values()];
}

function suspectsOutage({ status }: CustomObject): boolean {
  const { conditions } = (status ?? {}) as { readonly conditions?: Conditions };
  return (
    Array.isArray(conditions) &&
    (conditions as NonNullable<Conditions>).some(
      (one) => one.type === "OutageSuspected" && one.status === "True",
    )
  );
}
