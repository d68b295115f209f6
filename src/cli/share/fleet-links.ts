import { parseWhatsAppProxy } from "../../api/fleet.ts";
import * as resources from "../../api/resources.ts";
import { secrets } from "../../kubernetes/builtin.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import { ForbiddenError, NotFoundError } from "../../kubernetes/errors.ts";
import type { CustomObject } from "../../kubernetes/objects.ts";
import { type SecretData, type SharedSlot, readSharedSlots } from "../../share/shared-slots.ts";
import { shareSecretName } from "../../share/slot-share.ts";
import type { Scope } from "./arguments.ts";
import { ShareError } from "./share-error.ts";
import {
  type FleetKey,
  type FleetLook,
  fleetNote,
  secretText,
  withoutAddress,
  withoutLinks,
} from "./without-links.ts";

/** What is asked of the API server. */
export type Reader = Pick<ApiClient, "get" | "list">;

/** What a fleet's people are to know. */
export interface FleetLinks {
  readonly slots: readonly SharedSlot[];
  /** For whoever asked: what is missing, and why. No secrets. */
  readonly notes: readonly string[];
}

/**
 * Reads a fleet's links, with the rights of who asks: the Secret is enough, the fleet itself only
 * explains what is missing. @throws ShareError that says why there are none
 */
export async function readFleetLinks(client: Reader, key: FleetKey): Promise<FleetLinks> {
  const data = await readShareSecret(client, key);
  const look = await lookAt(client, key);
  const { slots, problems } = readSharedSlots(data ?? {}, {
    namespace: key.namespace,
    fleet: key.name,
  });
  // The Secret of a fleet that is on its way out is empty.
  if (slots.length + problems.length === 0) throw new ShareError(withoutLinks(key, look));
  const notes = [
    ...problems.map((problem) => `${secretText(key)}: ${problem}. The operator writes it again`),
    ...slots.flatMap(({ seat, published }) =>
      published === undefined ? [withoutAddress(key, seat.slot, look)] : [],
    ),
    ...[fleetNote(key, look) ?? []].flat(),
  ];
  return { slots, notes };
}

/** The data of a fleet's Secret; undefined where there is none. @throws ShareError without a right */
export async function readShareSecret(
  client: Reader,
  key: FleetKey,
): Promise<SecretData | undefined> {
  const { namespace, name } = key;
  try {
    const secret = await client.get(secrets, { namespace, name: shareSecretName(name) });
    return secret === undefined ? undefined : (secret.data ?? {});
  } catch (cause) {
    if (!(cause instanceof ForbiddenError)) throw cause;
    throw new ShareError(
      `you may not read the ${secretText(key)}, which holds the links: ask for a Role with the verb get on this Secret`,
      { cause },
    );
  }
}

async function lookAt(client: Reader, key: FleetKey): Promise<FleetLook> {
  try {
    const raw = await client.get(resources.fleets, { ...key });
    if (raw === undefined) return { kind: "Missing" };
    const fleet = parseWhatsAppProxy(raw);
    return fleet.ok
      ? { kind: "Found", fleet: fleet.value }
      : { kind: "Unreadable", why: fleet.problem };
  } catch (error) {
    if (error instanceof ForbiddenError)
      return { kind: "Unreadable", why: "you have no right to get it" };
    throw error;
  }
}

const pageSize = 500;

/**
 * The fleets that are meant. @param ownNamespace where they are looked for if none is named
 * @throws ShareError where fleets can't be listed
 */
export async function fleetsIn(
  client: Reader,
  scope: Scope,
  ownNamespace: string,
): Promise<readonly FleetKey[]> {
  if (scope.kind === "Named")
    return scope.fleets.map(({ namespace = ownNamespace, name }) => ({ namespace, name }));
  const namespace = scope.kind === "Namespace" ? (scope.namespace ?? ownNamespace) : undefined;
  return (await listFleets(client, namespace)).map(({ metadata }) => ({
    namespace: metadata.namespace ?? "",
    name: metadata.name,
  }));
}

async function listFleets(
  client: Reader,
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
    throw listProblem(cause, namespace);
  }
}

function listProblem(cause: unknown, namespace: string | undefined): unknown {
  const where = namespace === undefined ? "all namespaces" : `namespace ${namespace}`;
  if (cause instanceof ForbiddenError)
    return new ShareError(
      `you may not list the WhatsAppProxy objects of ${where}: name a fleet as NAMESPACE/NAME, or ask for that right`,
      { cause },
    );
  if (cause instanceof NotFoundError)
    return new ShareError(
      "this cluster has no kind WhatsAppProxy: install Proxyfleet first, or choose another cluster",
      { cause },
    );
  return cause;
}
