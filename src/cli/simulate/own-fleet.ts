import { type AddressPool, parseAddressPool } from "../../api/address-pool.ts";
import { type WhatsAppProxy, parseWhatsAppProxy } from "../../api/fleet.ts";
import * as resources from "../../api/resources.ts";
import type { CustomObject } from "../../kubernetes/objects.ts";
import { type OwnSetup, ownSetup } from "../../simulator/own-setup.ts";
import { CallError } from "../call/call-error.ts";
import { withCluster } from "../call/cluster.ts";
import type { GivenClusterFlags } from "../call/cluster-flags.ts";
import { readFleetName } from "../call/fleet-name.ts";
import { needing } from "../call/missing-right.ts";
import { readObjects } from "./inputs.ts";

interface Wanted extends GivenClusterFlags {
  readonly fleet: string | undefined;
  readonly files: readonly string[] | undefined;
}

/**
 * The fleet that a call names, from the cluster or from files; undefined where it names none.
 * @throws CallError, MissingRightError, OwnSetupError, errors of the API client
 */
export async function ownFleet(given: Wanted): Promise<OwnSetup | undefined> {
  const { fleet, files } = given;
  if (files !== undefined) return fromFiles(await readObjects(files));
  return fleet === undefined ? undefined : fromCluster(fleet, given);
}

function fromFiles(objects: readonly unknown[]): OwnSetup {
  const ofKind = (kind: string) =>
    objects.filter((one) => (one as { kind?: unknown } | undefined)?.kind === kind);
  const [raw, ...others] = ofKind("WhatsAppProxy");
  if (raw === undefined) throw new CallError("--files: none of them has a WhatsAppProxy");
  if (others.length > 0) throw new CallError("--files: they have several WhatsAppProxies");
  return ownSetup(readFleet(raw), ofKind("AddressPool").map(readPool));
}

async function fromCluster(text: string, given: Wanted): Promise<OwnSetup> {
  return withCluster(given, async ({ client, namespace }) => {
    const key = readFleetName(text, undefined, namespace);
    const of = resources.fleets;
    const raw = await needing({ verb: "get", of, namespace: key.namespace }, async () =>
      client.get(of, key),
    );
    if (raw === undefined) throw new CallError(`there is no WhatsAppProxy ${text}`);
    const pools = await needing(
      { verb: "list", of: resources.pools, namespace: undefined },
      async () => client.list(resources.pools, { limit: 500 }),
    );
    return ownSetup(readFleet(raw), pools.items.map(readPool));
  });
}

function readFleet(raw: unknown): WhatsAppProxy {
  const parsed = parseWhatsAppProxy(placed(raw));
  if (!parsed.ok) throw new CallError(parsed.problem);
  return parsed.value;
}

function readPool(raw: unknown): AddressPool {
  const parsed = parseAddressPool(raw);
  if (!parsed.ok) throw new CallError(parsed.problem);
  return parsed.value;
}

/** A manifest may leave its namespace to whoever applies it. */
function placed(raw: unknown): unknown {
  const { metadata, ...rest } = raw as CustomObject;
  return { ...rest, metadata: { namespace: "default", ...metadata } };
}
