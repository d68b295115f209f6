import type { Settings } from "../cluster/settings.ts";
import type { WhatsAppProxySpec } from "../api/fleet.ts";
import type { Finding } from "../api/findings.ts";

/** What of a spec may have no effect as the operator is set up. */
type Spec = Pick<WhatsAppProxySpec, "share"> & {
  readonly reachability: Pick<WhatsAppProxySpec["reachability"], "people">;
};

/**
 * Which fields that a person set have no effect as the operator is set up, and what to do. What
 * reports over share pages lead to matters only where these are served.
 */
export function fieldsWithoutEffect(
  { reachability: { people }, share }: Spec,
  { servesPages = false }: Pick<Settings, "servesPages">,
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
