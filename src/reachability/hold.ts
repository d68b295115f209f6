import { placesIn, seenFrom } from "./country-view.ts";
import type { Evidence } from "./evidence.ts";
import { type CountryView, type Outage, suspectedOutage } from "./outage.ts";
import {
  type ProtocolBlock,
  type TriedAddress,
  protocolBlock,
  triedFrom,
} from "./protocol-block.ts";
import { isSpreading } from "./spreading.ts";
import type { CountryHold, AddressInput } from "./verdict-input.ts";

/** A published address of any fleet, with all that its verdicts follow from. */
export interface Published extends Pick<TriedAddress, "slot" | "publishedAt"> {
  readonly input: AddressInput;
}

/** All that a country's holds follow from. */
export interface CountryEvidence extends Omit<CountryView, "addresses" | "places"> {
  /** The published addresses of all fleets whose audience the country belongs to. */
  readonly published: readonly Published[];
  /** Of all addresses. */
  readonly evidence: Iterable<Evidence>;
  readonly services: ReadonlySet<string>;
}

/** What was found of a whole country. */
export interface CountryFindings {
  readonly outage: Outage | undefined;
  readonly protocol: ProtocolBlock | undefined;
  /** Addresses fail one after another: those that began just now wait a moment. */
  readonly spreading?: true;
  /** What verdicts are held by: the protocol's block explains more, where there is one. */
  readonly hold: CountryHold | undefined;
}

/** Whether a country has an outage or blocks the protocol, over all fleets. */
export function findingsIn(view: CountryEvidence): CountryFindings {
  const { country, published, evidence, services, outage: rule, now } = view;
  const watch = { now, within: rule.within, services };
  const addresses = published.map(({ input }) => seenFrom(country, input));
  const places = placesIn(country, evidence, watch);
  const outage = suspectedOutage({ ...view, addresses, places });
  const tried = published.map((one) => triedFrom(country, one.input, one));
  const protocol = protocolBlock(country, tried);
  const spreading = isSpreading({ ...view, addresses }) ? ({ spreading: true } as const) : {};
  return { outage, protocol, ...spreading, hold: holdOf(outage, protocol) };
}

function holdOf(
  outage: Outage | undefined,
  protocol: ProtocolBlock | undefined,
): CountryHold | undefined {
  if (protocol !== undefined) return { kind: "Protocol", because: protocol.because };
  return outage && { kind: "Outage", because: outage.because };
}
