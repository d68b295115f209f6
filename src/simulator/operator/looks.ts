import type { WhatsAppProxy } from "../../api/fleet.ts";
import { keyOf, keyText } from "../../kubernetes/resource.ts";
import { viewOfEntry } from "../../ledger/view.ts";
import { type Instant, parseInstant } from "../../values/time.ts";
import type { SimulatedApiServer } from "../server/server.ts";
import type { Agenda } from "../world/agenda.ts";

/** Has each fleet looked at when a drain of it ends, and when its next move is due. */
export function looksInTime(
  server: SimulatedApiServer,
  agenda: Agenda,
  look: (fleet: string) => void,
): void {
  const planned = new Map<string, Instant>();
  const plan = (fleet: string, what: string, at: Instant | undefined): void => {
    const key = `${fleet} ${what}`;
    if (at === undefined || planned.get(key) === at) return;
    planned.set(key, at);
    agenda.at(at, () => {
      if (planned.get(key) === at) look(fleet);
    });
  };
  server.onChange(({ resource, after }) => {
    if (resource.kind === "ProxyAddress") {
      const { view } = viewOfEntry(after);
      if (view?.want === "Drain")
        plan(`${view.namespace}/${view.fleet}`, view.name, view.drainUntil);
    }
    if (resource.kind === "WhatsAppProxy") {
      const { status } = after as unknown as Pick<WhatsAppProxy, "status">;
      plan(keyText(keyOf(after)), "", parseInstant(status?.nextRotation?.at));
    }
  });
}
