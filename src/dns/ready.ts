import { type Finding, type StoredCondition, storedFinding } from "../api/findings.ts";
import type { KindState } from "../kubernetes/kind-presence.ts";
import { type Instant, formatDuration, latest, minutes, seconds, since } from "../values/time.ts";
import { isLive, wantedSince } from "./lookups.ts";
import { type NamedSlot, expectedTarget } from "./named-slot.ts";
import { type ServerAnswer, gives } from "./reading.ts";

/** What the condition DNSReady is made from. */
export interface NamesReport {
  /** `spec.dns.hostname`: messages show it in the place of the name. */
  readonly pattern: string;
  readonly kind: KindState;
  /** Undefined while the key from which names follow is not known. */
  readonly slots: readonly NamedSlot[] | undefined;
  readonly before: readonly StoredCondition[];
}

/** ExternalDNS looks every minute, and a zone's servers follow each other: longer is too long. */
const usualDelay = minutes(5);

/** A resolver that fails once is asked again before anything is said. */
const blipPatience = seconds(30);

/**
 * The condition DNSReady: whether every resolver gives each slot's address for its name. It says
 * since when by its own time, and never what a name is.
 */
export function dnsReady(report: NamesReport, now: Instant): Finding {
  const { slots, before } = report;
  const obstacle = obstacleOf(report);
  if (obstacle !== undefined) return obstacle;
  const stored = storedAnswer(before);
  if (slots === undefined) return stored ?? keyMissing;
  const known = slots.filter(({ targets }) => targets.length > 0);
  if (known.some(({ reading }) => reading === undefined)) return stored ?? notAsked;
  const wrong = known.filter((slot) => !isLive(slot));
  const isBlip = wrong.every((slot) => since(sameSince(slot), now) < blipPatience);
  if (wrong.length > 0 && isBlip && stored?.status === "True") return stored;
  const [first] = wrong;
  return first === undefined ? allLive(known) : notLive(first, { ...report, wrong }, now);
}

/** Since when it has been as it is: the later of what is wanted and what is answered. */
function sameSince(slot: NamedSlot): Instant {
  const wanted = wantedSince(slot);
  return latest(wanted, slot.reading?.since ?? wanted);
}

/** What resolvers were last found to say. An obstacle that is gone is no longer said. */
function storedAnswer(before: readonly StoredCondition[]): Finding | undefined {
  const stored = storedFinding(before, "DNSReady");
  return stored === undefined || obstacles.has(stored.reason) ? undefined : stored;
}

const obstacles: ReadonlySet<string> = new Set<Finding["reason"]>([
  "NameKindMissing",
  "NamesForbidden",
  "NameKeyMissing",
]);

function obstacleOf({ kind }: NamesReport): Finding | undefined {
  if (kind === "Missing")
    return {
      status: "False",
      reason: "NameKindMissing",
      message:
        "spec.dns makes no names: the cluster has no kind DNSEndpoint (externaldns.k8s.io/v1alpha1). Install ExternalDNS with its CRD, or remove spec.dns. The operator looks again every half minute",
    };
  if (kind === "Forbidden")
    return {
      status: "False",
      reason: "NamesForbidden",
      message:
        "spec.dns makes no names: the operator has no right to read and write DNSEndpoints. Bring its roles up to date with helm upgrade",
    };
  return undefined;
}

const keyMissing: Finding = {
  status: "False",
  reason: "NameKeyMissing",
  message:
    "names wait for the Secret proxyfleet-share-key in the operator's namespace, which they follow from. The operator makes it itself; if this stays so, its log says why",
};

const notAsked: Finding = {
  status: "Unknown",
  reason: "NotAskedYet",
  message:
    "resolvers were not asked yet: a new name gets two minutes to come into DNS, since one that is asked too early remembers that it is missing",
};

function allLive(slots: readonly NamedSlot[]): Finding {
  const servers = slots[0]?.reading?.answers.map(({ server }) => server) ?? [];
  const message =
    slots.length === 0
      ? "no slot has an address that a name could lead to"
      : `${servers.join(", ")}: the name of each of ${slots.length} slots gives its address`;
  return { status: "True", reason: "NamesLive", message };
}

type Wrong = NamesReport & { readonly wrong: readonly NamedSlot[] };

function notLive(slot: NamedSlot, { pattern, wrong }: Wrong, now: Instant): Finding {
  const expected = expectedTarget(slot) ?? "";
  const bad = slot.reading?.answers.find((answer) => !gives(answer, expected));
  const others = wrong.slice(1).map(({ name }) => name.slot);
  const more = others.length === 0 ? "" : `. So is slot ${others.join(", ")}`;
  const isSilent = bad?.problem !== undefined;
  const isLate = since(wantedSince(slot), now) >= usualDelay;
  const what = `slot ${slot.name.slot} (${pattern}): ${bad === undefined ? "no resolver is asked" : said(bad)}; it should give ${expected}`;
  return {
    status: "False",
    reason: reasonOf(isSilent, isLate),
    message: `${what}. ${remedy(isSilent, isLate)}${more}. Until then, an address that drains is kept for up to a day longer`,
  };
}

function reasonOf(isSilent: boolean, isLate: boolean): Finding["reason"] {
  if (isSilent) return "ResolverFails";
  return isLate ? "NamesBehind" : "NamesFollow";
}

function said({ server, addresses, problem }: ServerAnswer): string {
  if (problem !== undefined) return `resolver ${server} ${problem}`;
  if (addresses.length === 0) return `resolver ${server} has no such name`;
  return `resolver ${server} gives ${addresses.join(", ")}`;
}

function remedy(isSilent: boolean, isLate: boolean): string {
  if (isSilent) return "Check that the operator reaches it, or name other ones with --resolvers";
  if (!isLate) return `DNS follows a move within ${formatDuration(usualDelay)}, as a rule`;
  return "Check that ExternalDNS runs with --source=crd and --policy=sync, that its log shows no error, and that its zone is the one of spec.dns.hostname";
}
