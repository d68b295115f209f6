import { ApiError, ApiUnreachableError } from "../../kubernetes/errors.ts";
import type { KubeEvent } from "../../kubernetes/events.ts";
import type { Viewer } from "../access.ts";
import type { FleetDetails } from "../wire.ts";
import type { FleetEvents } from "./fleet-events.ts";
import type { LiveFleets } from "./live-fleets.ts";

/** Shows fleets whole, each viewer what they may see. Without Events where these can't be read. */
export function detailsFrom(live: LiveFleets, events: FleetEvents) {
  return async (key: string, viewer: Viewer): Promise<FleetDetails | undefined> => {
    const read = async () => eventsFor(key, { viewer, events });
    return live.details(key, { addresses: viewer.rights.ledger }, await read());
  };
}

async function eventsFor(
  key: string,
  { viewer, events }: { readonly viewer: Viewer; readonly events: FleetEvents },
): Promise<readonly KubeEvent[] | undefined> {
  const [namespace = ""] = key.split("/", 1);
  try {
    return (await viewer.mayReadEvents(namespace)) ? await events.of(key) : undefined;
  } catch (error) {
    if (error instanceof ApiError || error instanceof ApiUnreachableError) return undefined;
    throw error;
  }
}
