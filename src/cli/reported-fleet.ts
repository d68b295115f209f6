import type { WhatsAppProxy, WhatsAppProxyStatus } from "../api/fleet.ts";
import { reportBlockedAnnotation } from "../api/names.ts";
import { keyOf, keyText } from "../kubernetes/resource.ts";
import { canonicalIp } from "../values/ip.ts";
import { ReportError } from "./report-error.ts";

type AddressRow = NonNullable<WhatsAppProxyStatus["addresses"]>[number];

/**
 * The one fleet whose people use an address, or used it until its drain began. @throws ReportError
 * where there is none, or where several say so
 */
export function fleetWith(address: string, fleets: readonly WhatsAppProxy[]): WhatsAppProxy {
  const found = fleets.filter((fleet) => isServedBy(fleet, address));
  const [fleet, ...others] = found;
  if (fleet === undefined)
    throw new ReportError(
      `no fleet's people use ${address}: kubectl get wapa shows all addresses. If it is new, name its fleet with --fleet and -n`,
    );
  if (others.length > 0)
    throw new ReportError(
      `several fleets have ${address}: ${found.map(nameOf).join(", ")}. Name one with --fleet and -n`,
    );
  return fleet;
}

/** What a fleet's status says of an address; undefined: nothing. */
export function rowOf({ status }: WhatsAppProxy, address: string): AddressRow | undefined {
  return status.addresses?.find((row) => canonicalIp(row.address) === address);
}

function isServedBy(fleet: WhatsAppProxy, address: string): boolean {
  const phase = rowOf(fleet, address)?.phase;
  return phase === "Serving" || phase === "Draining";
}

/** @throws ReportError where nothing would come of a report */
export function checkReportable(fleet: WhatsAppProxy, country: string): void {
  const { metadata, spec } = fleet;
  if (metadata.deletionTimestamp !== undefined)
    throw new ReportError(`WhatsAppProxy ${nameOf(fleet)} is being deleted: nothing moves there`);
  const { countries } = spec.audience;
  if (countries.length > 0 && !countries.includes(country))
    throw new ReportError(
      `--country "${country}": WhatsAppProxy ${nameOf(fleet)} is for ${countries.join(", ")} alone, and a block elsewhere moves nobody: correct it, or add ${country} to spec.audience.countries`,
    );
}

/** The text of a report that the operator has not answered yet: a new one would take its place. */
export function openReport({ metadata, status }: WhatsAppProxy): string | undefined {
  const text = metadata.annotations?.[reportBlockedAnnotation]?.trim() ?? "";
  return text === "" || text === status.lastHandledReport ? undefined : text;
}

/** `namespace/name`, as messages name a fleet. */
export function nameOf(fleet: WhatsAppProxy): string {
  return keyText(keyOf(fleet));
}
