import { countryMeant, countryRemedy, isCountry } from "../api/countries.ts";
import { keptRequest } from "../cluster/kept-request.ts";
import type { AddressView } from "../ledger/view.ts";
import { formatIp, parseIp } from "../values/ip.ts";
import { ProxyfleetError } from "../values/errors.ts";
import { shortened } from "../values/shortened.ts";

/** What of a fleet a report depends on. */
export interface ReportingFleet {
  /** The annotation's text. */
  readonly reportBlocked: string | undefined;
  readonly lastHandledReport: string | undefined;
  readonly deleting: boolean;
  readonly addresses: readonly AddressView[];
}

/**
 * What the annotation proxyfleet.dev/report-blocked asks for: a person's word that an address is
 * blocked in a country.
 */
export type BlockReport =
  | { readonly kind: "none" }
  /**
   * Evidence for a verdict. It counts as answered only once the ledger shows that, so that a crash
   * loses no report.
   */
  | {
      readonly kind: "verdict";
      readonly text: string;
      readonly entry: string;
      readonly country: string;
      /** What the person adds, where there is something. */
      readonly message: string;
    }
  | {
      readonly kind: "answered";
      readonly text: string;
      readonly address: string;
      readonly country: string;
    }
  | { readonly kind: "refused"; readonly text: string; readonly why: string };

/**
 * Reads the report that is still open: `<address> <country> <any new text>`. One that was answered
 * is none, whatever was measured since.
 */
export function blockReport(fleet: ReportingFleet): BlockReport {
  const written = fleet.reportBlocked?.trim() ?? "";
  const text = keptRequest(written);
  if (text === "" || text === fleet.lastHandledReport || fleet.deleting) return { kind: "none" };
  const [given = "", country = "", ...words] = written.split(/\s+/);
  const refuse = (why: string): BlockReport => ({
    kind: "refused",
    text,
    why: `proxyfleet.dev/report-blocked "${shortened(text, 200)}" ${why}`,
  });
  const address = readAddress(given);
  if (address === undefined)
    return refuse('has no address in front: write "<address> <country> <any new text>"');
  if (!isCountry(country))
    return refuse(
      `names the country "${shortened(country, 40)}": ${countryRemedy(country)}, such as "${address} ${countryMeant(country) ?? "IR"} again"`,
    );
  const entry = fleet.addresses.find(
    (one) => one.address !== undefined && readAddress(one.address) === address,
  );
  if (entry === undefined)
    return refuse(
      `names ${address}, which is none of this fleet's addresses: see status.addresses`,
    );
  if (entry.reachability.some((one) => one.country === country && one.verdict === "Blocked"))
    return { kind: "answered", text, address, country };
  const message = shortened(words.join(" "), 512);
  return { kind: "verdict", text, entry: entry.name, country, message };
}

/** The address in its usual text, or undefined where it is none. */
function readAddress(text: string): string | undefined {
  try {
    return formatIp(parseIp(text));
  } catch (error) {
    if (error instanceof ProxyfleetError) return undefined;
    throw error;
  }
}
