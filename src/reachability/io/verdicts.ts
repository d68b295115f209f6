import { type WhatsAppProxy, parseWhatsAppProxy } from "../../api/fleet.ts";
import { reportBlockedAnnotation } from "../../api/names.ts";
import { type Caches, claimant } from "../../cluster/caches.ts";
import { isMoreThanStatus, isOwnStatus, enqueueOn } from "../../cluster/changes.ts";
import type { CustomObject } from "../../kubernetes/objects.ts";
import { keyOf, keyText, parseKey } from "../../kubernetes/resource.ts";
import { belongsTo } from "../../ledger/ownership.ts";
import { type AddressView, type VerdictView, viewOfEntry } from "../../ledger/view.ts";
import type { Controller } from "../../runtime/controller.ts";
import { type ReconcilerOptions, defineController } from "../../runtime/reconciler.ts";
import { blockReport } from "../block-report.ts";
import { type ObservedAddress, decideVerdicts } from "../decide-verdicts.ts";
import type { FeedReadings } from "../feeds/io/feed-readings.ts";
import { outageRuleOf, policyOf } from "../policy.ts";
import type { CountryLooks } from "./country-looks.ts";
import type { EvidenceKeeper } from "./evidence-keeper.ts";
import { type MeasuredCaches, ledgerAddress } from "./vantage-points.ts";

/** Where the surroundings of a ledger entry are read from. */
export interface VerdictSources {
  readonly caches: MeasuredCaches;
  readonly evidence: Pick<EvidenceKeeper, "log">;
  readonly looks: Pick<CountryLooks, "inputOf" | "findings">;
}

export interface VerdictOptions extends ReconcilerOptions, VerdictSources {
  readonly evidence: Pick<EvidenceKeeper, "log" | "onNews">;
  readonly feeds: Pick<FeedReadings, "onNews">;
}

/** Keeps the verdicts of each address of the ledger as the evidence is. */
export function verdictController(options: VerdictOptions): Controller {
  const { queue } = options;
  enqueueAddresses(options, (name) => queue.add(name));
  return defineController(
    {
      name: "reachability",
      observe: (name) => observeVerdicts(name, options),
      decide: decideVerdicts,
    },
    options,
  );
}

/**
 * Reads what the verdicts of a ledger entry follow from. Undefined: there is no entry that can be
 * judged. Nothing is decided before what was known is known again: silence is no evidence.
 */
export function observeVerdicts(
  name: string,
  { caches, evidence, looks }: VerdictSources,
): ObservedAddress | undefined {
  const raw = caches.addresses.get({ name });
  if (raw === undefined || evidence.log === undefined) return undefined;
  const [known] = ledgerAddress(raw);
  const fleet = fleetOf(raw, caches);
  if (known?.view.address === undefined || fleet === undefined) return undefined;
  const { entry, view } = known;
  if (!belongsTo(view, fleet.metadata.uid)) return undefined;
  const outage = outageRuleOf(fleet.spec);
  return {
    raw,
    entry,
    input: looks.inputOf(known, policyOf(fleet.spec)),
    report: reportOn(view, fleet, caches),
    isPublished: view.phase === "Serving" && view.want === "Serve" && !view.deleting,
    findings: (country) => looks.findings(country, outage),
  };
}

function fleetOf(raw: CustomObject, caches: Pick<Caches, "fleets">): WhatsAppProxy | undefined {
  const [key] = claimant(raw);
  const fleet = key === undefined ? undefined : caches.fleets.get(parseKey(key));
  const parsed = fleet === undefined ? undefined : parseWhatsAppProxy(fleet);
  return parsed?.ok === true ? parsed.value : undefined;
}

/** A person's word on this address, where it has not become a verdict yet. */
function reportOn(
  { name, address = "" }: AddressView,
  { metadata, status }: WhatsAppProxy,
  caches: Pick<Caches, "addresses">,
): ObservedAddress["report"] {
  const reportBlocked = metadata.annotations?.[reportBlockedAnnotation];
  // Most fleets have none that is open.
  if (reportBlocked === undefined || reportBlocked.trim() === status.lastHandledReport)
    return undefined;
  const entries = caches.addresses.by("fleet", `${metadata.namespace}/${metadata.name}`);
  const views = entries.flatMap((entry) => viewOfEntry(entry).view ?? []);
  const report = blockReport({
    reportBlocked,
    lastHandledReport: status.lastHandledReport,
    deleting: metadata.deletionTimestamp !== undefined,
    addresses: views.filter((view) => belongsTo(view, metadata.uid)),
  });
  if (report.kind !== "verdict" || report.entry !== name) return undefined;
  const { country, message } = report;
  return { kind: "report", by: "Operator", address, country, message };
}

function enqueueAddresses(
  { caches: { fleets, addresses }, evidence, feeds }: VerdictOptions,
  add: (name: string) => void,
): void {
  enqueueOn(
    addresses,
    (change) => !isOwnStatus(change),
    ({ metadata }) => add(metadata.name),
  );
  // What a person reports, whose verdicts count, and what makes a block.
  fleets.onChange((change) => {
    const { after } = change;
    if (after === undefined || !isMoreThanStatus(change)) return;
    for (const entry of addresses.by("fleet", keyText(keyOf(after)))) add(entry.metadata.name);
  });
  evidence.onNews((news) => {
    const known = new Set(news);
    for (const entry of addresses.list()) {
      const { view } = viewOfEntry(entry);
      if (view === undefined) continue;
      // Evidence of other addresses may end a hold, and shows who has a line.
      const isInDoubt = view.reachability.some(({ verdict }) => verdict === "Suspected");
      if (isInDoubt || known.has(view.address ?? "")) add(view.name);
    }
  });
  // What a feed held may be a block, and the other way round.
  feeds.onNews((countries) => {
    for (const entry of addresses.list()) {
      const { view } = viewOfEntry(entry);
      const isHeld = ({ country, verdict }: VerdictView) =>
        verdict === "Suspected" && countries.has(country);
      if (view?.reachability.some(isHeld) === true) add(view.name);
    }
  });
}
