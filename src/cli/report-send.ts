import { type WhatsAppProxy, parseWhatsAppProxy } from "../api/fleet.ts";
import { fieldManagers, reportBlockedAnnotation } from "../api/names.ts";
import * as resources from "../api/resources.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import { ConflictError, ForbiddenError } from "../kubernetes/errors.ts";
import type { CustomObject } from "../kubernetes/objects.ts";
import { type ObjectKey, keyOf, stateOf } from "../kubernetes/resource.ts";
import { type Millis, seconds } from "../values/time.ts";
import { ReportError } from "./report-error.ts";
import type { SentReport } from "./report-outcome.ts";
import { checkReportable, fleetWith, nameOf, openReport, rowOf } from "./reported-fleet.ts";

/** Where a fleet is looked for. */
export interface Whereabouts {
  readonly fleet: string | undefined;
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined;
}

/** What a command waits by. */
export interface Waiting {
  readonly sleep: (ms: number) => Promise<void>;
  /** Milliseconds on a clock that never goes back. */
  readonly clock: () => number;
}

/** The operator answers within a second or two; an older report gets this long. */
const patience: Millis = seconds(20);
const betweenLooks: Millis = seconds(1);
/** A fleet's status may change while its annotation is written: then it is read again. */
const mostTries = 8;

/** What is asked of the API server. */
type Fleets = Pick<ApiClient, "get" | "list" | "patch">;

export interface Sending extends Waiting {
  readonly client: Fleets;
  readonly where: Whereabouts;
}

/** A report, and where it is. */
export interface Delivered {
  readonly key: ObjectKey;
  readonly uid: string;
  readonly report: SentReport;
}

/**
 * Finds the fleet and writes the report on it, in the state that was read. Somebody else's report
 * that is not answered yet is left alone, and waited for.
 * @throws ReportError where there is no such fleet, or where nothing would come of a report;
 *   errors of the API client
 */
export async function sendReport(
  { address, country, text }: Omit<SentReport, "slot">,
  { client, where, sleep, clock }: Sending,
): Promise<Delivered> {
  const deadline = clock() + patience;
  for (let conflicts = 0; ;) {
    const fleet = await findFleet(address, client, where);
    checkReportable(fleet, country);
    const report = { address, country, text, slot: rowOf(fleet, address)?.slot };
    const delivered = { key: keyOf(fleet), uid: fleet.metadata.uid, report };
    const open = openReport(fleet);
    // A write whose answer was lost on the way.
    if (open === text) return delivered;
    if (open !== undefined) {
      if (clock() > deadline) throw unanswered(fleet, open);
      await sleep(betweenLooks);
    } else {
      if (await annotate(client, fleet, text)) return delivered;
      conflicts += 1;
      if (conflicts >= mostTries) throw tooBusy(fleet);
    }
  }
}

/** Whether it was written: not if the fleet has changed since it was read. */
async function annotate(client: Fleets, fleet: WhatsAppProxy, text: string): Promise<boolean> {
  try {
    await client.patch(resources.fleets, keyOf(fleet), {
      state: stateOf(fleet),
      change: { metadata: { annotations: { [reportBlockedAnnotation]: text } } },
      fieldManager: fieldManagers.report,
    });
    return true;
  } catch (error) {
    if (error instanceof ConflictError) return false;
    throw error;
  }
}

async function findFleet(
  address: string,
  client: Fleets,
  { fleet: name, namespace }: Whereabouts,
): Promise<WhatsAppProxy> {
  if (name === undefined) return fleetWith(address, readable(await listFleets(client, namespace)));
  if (namespace !== undefined) return theFleet(client, { namespace, name });
  const all = await listFleets(client, undefined);
  const [found, ...others] = all.filter(({ metadata }) => metadata.name === name);
  if (found === undefined)
    throw new ReportError(`there is no WhatsAppProxy ${name} in any namespace`);
  if (others.length > 0)
    throw new ReportError(`several namespaces have a WhatsAppProxy ${name}: say which one with -n`);
  return parsed(found);
}

async function theFleet(
  client: Fleets,
  key: { readonly namespace: string; readonly name: string },
): Promise<WhatsAppProxy> {
  const raw = await client.get(resources.fleets, key);
  if (raw === undefined)
    throw new ReportError(`there is no WhatsAppProxy ${key.namespace}/${key.name}`);
  return parsed(raw);
}

/** @throws ReportError where the operator can't read the fleet either: it would never answer */
function parsed(raw: CustomObject): WhatsAppProxy {
  const fleet = parseWhatsAppProxy(raw);
  if (fleet.ok) return fleet.value;
  throw new ReportError(fleet.problem);
}

/** One that can't be read hides no other. */
function readable(fleets: readonly CustomObject[]): readonly WhatsAppProxy[] {
  return fleets.map(parseWhatsAppProxy).flatMap((one) => (one.ok ? [one.value] : []));
}

const pageSize = 500;

async function listFleets(
  client: Fleets,
  namespace: string | undefined,
): Promise<readonly CustomObject[]> {
  const fleets: CustomObject[] = [];
  try {
    for (let continueToken: string | undefined; ;) {
      const page = await client.list(resources.fleets, {
        namespace,
        continueToken,
        limit: pageSize,
      });
      fleets.push(...page.items);
      continueToken = page.continueToken;
      if (continueToken === undefined) return fleets;
    }
  } catch (cause) {
    if (cause instanceof ForbiddenError && namespace === undefined)
      throw new ReportError("you may not look through all namespaces: name yours with -n", {
        cause,
      });
    throw cause;
  }
}

function unanswered(fleet: WhatsAppProxy, open: string): ReportError {
  return new ReportError(
    `WhatsAppProxy ${nameOf(fleet)} has a report that the operator has not answered yet ("${open}"), and a new one would take its place. See that the operator runs, then report again`,
  );
}

function tooBusy(fleet: WhatsAppProxy): ReportError {
  return new ReportError(
    `WhatsAppProxy ${nameOf(fleet)} changed each time while the report was written: report again`,
  );
}
