import * as resources from "../../api/resources.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import type { CustomObject } from "../../kubernetes/objects.ts";
import { ledgerName } from "../../ledger/name.ts";
import { type AddressView, viewOfEntry } from "../../ledger/view.ts";
import { canonicalIp } from "../../values/ip.ts";
import { CallError } from "../call/call-error.ts";
import { needing } from "../call/missing-right.ts";
import { SteeringError } from "./change-fleet.ts";

/** A ledger entry, as it is stored and as it is read. */
export interface HeldEntry {
  readonly raw: CustomObject;
  readonly view: AddressView;
}

/**
 * The entry that holds an address. `text` may also be the entry's name.
 * @throws CallError where it is no address; SteeringError where nothing holds it; MissingRightError
 */
export async function heldEntry(
  client: Pick<ApiClient, "get" | "list">,
  text: string,
): Promise<HeldEntry> {
  const address = canonicalIp(text);
  if (address === undefined && !text.startsWith("ip-"))
    throw new CallError(`"${text}" is no IP address: write it as kubectl get wapa shows it`);
  const raw =
    (await byName(client, address === undefined ? text : ledgerName(address))) ??
    (address === undefined ? undefined : await byAddress(client, address));
  const view = raw && viewOfEntry(raw).view;
  if (raw === undefined || view === undefined)
    throw new SteeringError(
      `the ledger does not hold ${text}: kubectl get wapa shows what it holds`,
    );
  return { raw, view };
}

async function byName(client: Pick<ApiClient, "get">, name: string) {
  const right = { verb: "get", of: resources.addresses, namespace: undefined } as const;
  return needing(right, async () => client.get(resources.addresses, { name }));
}

/** Entries of providers that can't be asked have other names. */
async function byAddress(
  client: Pick<ApiClient, "list">,
  address: string,
): Promise<CustomObject | undefined> {
  const right = { verb: "list", of: resources.addresses, namespace: undefined } as const;
  for (let continueToken: string | undefined; ;) {
    const page = await needing(right, async () =>
      client.list(resources.addresses, { limit: 500, continueToken }),
    );
    const found = page.items.find((raw) => viewOfEntry(raw).view?.address === address);
    continueToken = page.continueToken;
    if (found !== undefined || continueToken === undefined) return found;
  }
}
