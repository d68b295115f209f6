import { enqueueOn, isMoreThanStatus, isOwnStatus } from "../../cluster/changes.ts";
import { keyOf, keyText } from "../../kubernetes/resource.ts";
import { ledgerName } from "../../ledger/name.ts";
import { viewOfEntry } from "../../ledger/view.ts";
import { type ObservedAddress, decideVerdicts } from "../../reachability/decide-verdicts.ts";
import { type VerdictSources, observeVerdicts } from "../../reachability/io/verdicts.ts";
import type { Controller } from "../../runtime/controller.ts";
import { type ReconcilerOptions, defineController } from "../../runtime/reconciler.ts";
import type { EvidenceBook } from "./evidence-book.ts";

export interface VerdictDeskOptions extends ReconcilerOptions, VerdictSources {
  readonly evidence: EvidenceBook;
}

/**
 * The controller of verdicts. It decides as the operator's does, but an address of which all is well
 * is not looked at again only because its tests age: others have come meanwhile.
 */
export function verdictDesk(options: VerdictDeskOptions): Controller {
  enqueueEntries(options);
  return defineController(
    {
      name: "reachability",
      observe: (name) => observeVerdicts(name, options),
      decide: (observed, context) => {
        const plan = decideVerdicts(observed, context);
        return isCalm(observed) ? { ...plan, requeueAt: undefined } : plan;
      },
    },
    options,
  );
}

function isCalm({ input }: ObservedAddress): boolean {
  const works = input.evidence.every((one) => one.kind === "test" && one.outcome.kind === "Worked");
  return works && input.before.every(({ verdict }) => verdict === "Reachable");
}

function enqueueEntries({ caches, evidence, queue }: VerdictDeskOptions): void {
  const { addresses, fleets } = caches;
  enqueueOn(
    addresses,
    (change) => !isOwnStatus(change),
    ({ metadata }) => queue.add(metadata.name),
  );
  fleets.onChange((change) => {
    if (change.after === undefined || !isMoreThanStatus(change)) return;
    for (const entry of addresses.by("fleet", keyText(keyOf(change.after))))
      queue.add(entry.metadata.name);
  });
  evidence.onNews((news) => {
    for (const address of news) queue.add(ledgerName(address));
    for (const entry of addresses.list()) {
      const { view } = viewOfEntry(entry);
      if (view?.reachability.some(({ verdict }) => verdict === "Suspected") === true)
        queue.add(view.name);
    }
  });
}
