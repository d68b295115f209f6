import type { WhatsAppProxy } from "../../api/fleet.ts";
import type { Caches } from "../../cluster/caches.ts";
import { keyOf, keyText } from "../../kubernetes/resource.ts";
import { belongsTo } from "../../ledger/ownership.ts";
import { viewOfEntry } from "../../ledger/view.ts";
import { keySecretPlace, readKeySecret } from "../key-secret.ts";
import type { SlotShare } from "../slot-share.ts";
import { slotSharesOf } from "../slot-shares.ts";

/** What the groups of fleets are to know, as caches have it. */
export interface SlotShares {
  /**
   * Of each slot that has a page, as of now; none of a fleet whose spec asks for no pages. Looks at
   * nothing but caches: it is called between two requests.
   */
  readonly of: (fleet: WhatsAppProxy) => readonly SlotShare[];
  /** Calls back when something else than fleets and ledger changed: the key, or a renewal. */
  readonly onChange: (listener: () => void) => void;
}

/** Reads what a fleet's pages show from the caches alone, on any replica. */
export function slotSharesIn(
  { addresses, ownSecrets }: Pick<Caches, "addresses" | "ownSecrets">,
  operatorNamespace: string,
): SlotShares {
  return {
    of: (fleet) => {
      const secrets = readKeySecret(ownSecrets.get(keySecretPlace(operatorNamespace)));
      if (secrets === undefined || !fleet.spec.share.page) return [];
      const views = addresses.by("fleet", keyText(keyOf(fleet))).flatMap((raw) => {
        const { view } = viewOfEntry(raw);
        return view !== undefined && belongsTo(view, fleet.metadata.uid) ? [view] : [];
      });
      return slotSharesOf({ fleet, entries: views, ...secrets });
    },
    onChange: (listener) => {
      ownSecrets.onChange(listener);
    },
  };
}
