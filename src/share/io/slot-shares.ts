import type { WhatsAppProxy } from "../../api/fleet.ts";
import type { Caches } from "../../cluster/caches.ts";
import type { CustomObject } from "../../kubernetes/objects.ts";
import { keyOf, keyText } from "../../kubernetes/resource.ts";
import { belongsTo } from "../../ledger/ownership.ts";
import { type AddressView, viewOfEntry } from "../../ledger/view.ts";
import { keySecretPlace, readKeySecret } from "../key-secret.ts";
import { readNotedSlots } from "../shared-slots.ts";
import { type SlotShare, shareSecretName } from "../slot-share.ts";
import { keptSharesOf, slotSharesOf } from "../slot-shares.ts";

/** What the groups of fleets are to know, as caches have it. */
export interface SlotShares {
  /**
   * Of each slot that has a page, as of now; none of a fleet whose spec asks for no pages. Looks at
   * nothing but caches: it is called between two requests.
   */
  readonly of: (fleet: WhatsAppProxy) => readonly SlotShare[];
  /** The same of a fleet whose spec can't be read: those that have a page already, as of now. */
  readonly ofUnreadable: (fleet: CustomObject) => readonly SlotShare[];
  /** Calls back when something else than fleets and ledger changed: the key, or a renewal. */
  readonly onChange: (listener: () => void) => void;
}

/** Reads what a fleet's pages show from the caches alone, on any replica. */
export function slotSharesIn(
  caches: Pick<Caches, "addresses" | "ownSecrets" | "secrets">,
  operatorNamespace: string,
): SlotShares {
  const { ownSecrets } = caches;
  const keySecret = () => readKeySecret(ownSecrets.get(keySecretPlace(operatorNamespace)));
  return {
    of: (fleet) => {
      const known = keySecret();
      if (known === undefined || !fleet.spec.share.page) return [];
      return slotSharesOf({ fleet, entries: entriesOf(fleet, caches), ...known });
    },
    ofUnreadable: (fleet) => {
      const known = keySecret();
      if (known === undefined) return [];
      const { namespace = "", name } = fleet.metadata;
      const { data = {} } = caches.secrets.get({ namespace, name: shareSecretName(name) }) ?? {};
      const noted = readNotedSlots(data, { namespace, fleet: name });
      return keptSharesOf({ noted, entries: entriesOf(fleet, caches), ...known });
    },
    onChange: (listener) => {
      ownSecrets.onChange(listener);
    },
  };
}

/** A fleet's own entries of the ledger, as far as they can be read. */
export function entriesOf(
  fleet: WhatsAppProxy | CustomObject,
  { addresses }: Pick<Caches, "addresses">,
): readonly AddressView[] {
  return addresses.by("fleet", keyText(keyOf(fleet))).flatMap((raw) => {
    const { view } = viewOfEntry(raw);
    return view !== undefined && belongsTo(view, fleet.metadata.uid) ? [view] : [];
  });
}
