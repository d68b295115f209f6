import type { Settings } from "../cluster/settings.ts";
import { countryRemedy, isCountry } from "../api/countries.ts";
import type { WhatsAppProxySpec } from "../api/fleet.ts";
import type { Finding } from "../api/findings.ts";

/** What of a spec may have no effect. */
interface Spec extends Pick<WhatsAppProxySpec, "share" | "audience"> {
  readonly reachability: Pick<WhatsAppProxySpec["reachability"], "people">;
}

/** The first field that a person set and that has no effect, with what to do. */
export function fieldsWithoutEffect(
  spec: Spec,
  { servesPages = false }: Pick<Settings, "servesPages">,
): Finding | undefined {
  return noSuchCountry(spec) ?? reportsWithoutPages(spec, servesPages);
}

/** The API server refuses such a country, but not where it was stored before it knew of that rule. */
function noSuchCountry({ audience }: Spec): Finding | undefined {
  const wrong = audience.countries.filter((code) => !isCountry(code));
  if (wrong.length === 0) return undefined;
  const remedies = wrong.map((code) => `in place of ${code} ${countryRemedy(code)}`);
  return {
    status: "True",
    reason: "NoSuchCountry",
    message: `spec.audience.countries has ${wrong.join(", ")}, which no country has in ISO 3166-1, so no verdict counts for it: ${remedies.join(", ")}`,
  };
}

/** What reports over share pages lead to matters only where these are served. */
function reportsWithoutPages(
  { reachability: { people }, share }: Spec,
  servesPages: boolean,
): Finding | undefined {
  if (people !== "Block" || (servesPages && share.page)) return undefined;
  const why = servesPages
    ? "this fleet has no share pages. Set spec.share.page to true"
    : "the operator serves no share pages. Set pages.enabled in the chart's values (docs/share-serving.md)";
  return {
    status: "True",
    reason: "NotServed",
    message: `spec.reachability.people has no effect: ${why}, or remove it; a block can also be reported with proxyfleet report`,
  };
}
