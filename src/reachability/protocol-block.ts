import { parseIp, prefixOf } from "../values/ip.ts";
import { type Instant, type Millis, hours, minutes, since, spokenTime } from "../values/time.ts";
import { covers } from "./controls.ts";
import type { Listener, StepFailure, TestStep } from "./evidence.ts";
import { type PublishedPort, failureWords, portName } from "./sentence.ts";
import { type Working, sightIn } from "./sight.ts";
import type { AddressInput } from "./verdict-input.ts";
import { type PortCase, weigh } from "./weigh.ts";

/** How an address fails: two that fail the same way were found by the same means. */
interface Sign {
  readonly listener: Listener;
  readonly step: TestStep;
  readonly failure: StepFailure;
}

/** An address as it bears on whether a country blocks the protocol. */
export interface TriedAddress {
  readonly address: string;
  /** Namespace, fleet and slot. */
  readonly slot: string;
  readonly publishedAt: Instant;
  readonly ports: readonly PublishedPort[];
  /** How it fails, and since when, where tests agree on that. */
  readonly failing: (Sign & { readonly since: Instant }) | undefined;
  readonly working: readonly (Working & { readonly listener: Listener })[];
}

/** A finding: fresh addresses won't help the people of a country. */
export interface ProtocolBlock {
  readonly kind: "FreshAddressesFail" | "NoTlsPasses";
  readonly addresses: readonly string[];
  readonly because: string;
}

/** Fewer failures may be a coincidence. */
const fewestFailures = 2;

/** An address as it bears on a protocol block, from all that its verdicts follow from. */
export function triedFrom(
  country: string,
  input: AddressInput,
  { slot, publishedAt }: Pick<TriedAddress, "slot" | "publishedAt">,
): TriedAddress {
  const { policy, address, ports } = input;
  const { listeners } = sightIn(country, { ...input, within: policy.blockedWhen.within });
  const cases = listeners.map((one) => weigh(one, policy.blockedWhen));
  const working = cases.flatMap((one) =>
    one.working.map((place) => ({ ...place, listener: one.listener })),
  );
  const failing = cases.flatMap((one) => signOf(one) ?? [])[0];
  return { address, slot, publishedAt, ports, failing, working };
}

/** The way in which most of the failures that count came about. */
function signOf({ listener, counted }: PortCase): TriedAddress["failing"] {
  const ways = Map.groupBy(counted, ({ step, failure }) => `${step} ${failure.kind}`);
  const [most = []] = [...ways.values()].toSorted((a, b) => b.length - a.length);
  const [first] = most;
  if (first === undefined || most.length < fewestFailures) return undefined;
  return { listener, step: first.step, failure: first.failure, since: first.at };
}

/**
 * Whether a country blocks the protocol, and no address: then nothing that is claimed lives longer,
 * and nothing may be burnt for it. Either
 * - fresh addresses in different networks fail the same way at once, and no fresh one passes. No
 *   censor knew them. Those of one slot alone may have been betrayed, unless connections open and
 *   fail only after that;
 * - or connections open to all addresses in different networks, and all fail after that alike.
 */
export function protocolBlock(
  country: string,
  addresses: readonly TriedAddress[],
): ProtocolBlock | undefined {
  const alike = Map.groupBy(addresses.filter(isFailing), ({ failing }) => nameOf(failing));
  for (const group of alike.values()) {
    const found = freshFail(country, group, addresses) ?? noneKeepsOpen(country, group, addresses);
    if (found !== undefined) return found;
  }
  return undefined;
}

type Failing = TriedAddress & { readonly failing: NonNullable<TriedAddress["failing"]> };

function isFailing(address: TriedAddress): address is Failing {
  return address.failing !== undefined;
}

function nameOf({ listener, step, failure }: Sign): string {
  return `${listener} ${step} ${failure.kind}`;
}

/** An address that fails so soon after it was published is fresh: hardly anybody knows it. */
const youth: Millis = hours(1);

/** Addresses that begin to fail within this time of each other fail at once. */
const atOnce: Millis = minutes(10);

function freshFail(
  country: string,
  group: readonly Failing[],
  all: readonly TriedAddress[],
): ProtocolBlock | undefined {
  const fresh = group.filter(({ failing, publishedAt }) => isFresh(publishedAt, failing.since));
  const together = largestTogether(fresh);
  const [first] = together;
  if (first === undefined || networksOf(together) < 2) return undefined;
  const slots = new Set(together.map(({ slot }) => slot)).size;
  if (slots < 2 && first.failing.step === "tcp") return undefined;
  const onset = first.failing.since;
  const others = all.filter(({ publishedAt }) => isFresh(publishedAt, onset));
  if (others.some((other) => passes(other, first.failing, onset))) return undefined;
  const because = `${together.length} fresh addresses in ${networksOf(together)} networks failed alike at once in ${country}, from ${spokenTime(onset)} on (${sayHow(first)}): the protocol seems to be blocked, and no address. Fresh addresses would not help, so nothing moves`;
  return { kind: "FreshAddressesFail", addresses: namesOf(together), because };
}

function isFresh(publishedAt: Instant, at: Instant): boolean {
  return since(publishedAt, at) < youth;
}

/** The most that began to fail at once, first ones first. */
function largestTogether(fresh: readonly Failing[]): readonly Failing[] {
  const sorted = fresh.toSorted(byOnset);
  const groups = sorted.map(({ failing }) =>
    sorted.filter(
      (other) =>
        other.failing.since >= failing.since && since(failing.since, other.failing.since) <= atOnce,
    ),
  );
  return groups.toSorted((a, b) => networksOf(b) - networksOf(a) || b.length - a.length)[0] ?? [];
}

/** A dead network fails otherwise: what opens connections and then fails is looked into. */
function noneKeepsOpen(
  country: string,
  group: readonly Failing[],
  all: readonly TriedAddress[],
): ProtocolBlock | undefined {
  const [first] = group.toSorted(byOnset);
  if (first === undefined || !isLookedInto(first.failing) || networksOf(group) < 2)
    return undefined;
  const { since: onset } = first.failing;
  const isAlone = all.every(
    (one) =>
      group.some(({ address }) => address === one.address) || saysNothing(one, first.failing),
  );
  if (!isAlone) return undefined;
  const because = `connections open to all ${group.length} addresses tried in ${country}, and all fail alike since ${spokenTime(onset)} (${sayHow(first)}): the protocol seems to be blocked, and no address. Fresh addresses would not help, so nothing moves`;
  return { kind: "NoTlsPasses", addresses: namesOf(group), because };
}

/** After the connection, and before the part that is ours to keep up. */
function isLookedInto({ step }: Sign): boolean {
  return step === "tls" || step === "certificate" || step === "transfer";
}

function saysNothing({ failing, working }: TriedAddress, { listener }: Sign): boolean {
  return failing === undefined && !working.some((one) => one.listener === listener);
}

/** Whether people get further than that with this address since then. */
function passes({ working }: TriedAddress, { listener, step }: Sign, after: Instant): boolean {
  return working.some(
    (one) => one.listener === listener && one.at >= after && covers(one.upTo, step),
  );
}

function networksOf(addresses: readonly TriedAddress[]): number {
  const length = { 4: 24, 6: 48 } as const;
  const networks = addresses.map(({ address }) => {
    const ip = parseIp(address);
    return `${ip.family} ${prefixOf(ip, length[ip.family]).first}`;
  });
  return new Set(networks).size;
}

function sayHow({ failing, ports }: Failing): string {
  return `${portName(failing.listener, ports)}: ${failureWords(failing.step, failing.failure)}`;
}

function namesOf(addresses: readonly TriedAddress[]): readonly string[] {
  return addresses.map(({ address }) => address).toSorted();
}

function byOnset(a: Failing, b: Failing): number {
  if (a.failing.since !== b.failing.since) return a.failing.since - b.failing.since;
  return a.address < b.address ? -1 : 1;
}
