import type { CustomObject } from "../../../src/kubernetes/objects.ts";
import { addresses } from "../../../src/api/resources.ts";
import { ApiClient } from "../../../src/kubernetes/client.ts";
import { Connection } from "../../../src/kubernetes/connection.ts";
import { ConflictError } from "../../../src/kubernetes/errors.ts";
import { sleep } from "../../../src/runtime/clock.ts";

/**
 * Takes a ledger entry away as no operator would: without its finalizer, and at once, so that
 * nothing of it is taken down. Gives false where the operator gave the finalizer back in between,
 * or wrote the entry otherwise: try again. @throws Error where there is no such entry
 */
export async function loseEntry(kubeconfig: string | undefined, name: string): Promise<boolean> {
  const connection = Connection.fromDefault(kubeconfig);
  try {
    await lose(
      new ApiClient(connection, new AbortController().signal, { sleep, random: Math.random }),
      name,
    );
    return true;
  } catch (error) {
    if (error instanceof ConflictError) return false;
    throw error;
  } finally {
    await connection.close();
  }
}

async function lose(client: ApiClient, name: string): Promise<void> {
  const entry = await client.get<CustomObject>(addresses, { name });
  if (entry === undefined) throw new Error(`there is no ledger entry ${name} that could be lost`);
  const bare = await client.patch<CustomObject>(
    addresses,
    { name },
    { state: identity(entry), change: { metadata: { finalizers: [] } }, fieldManager: "test" },
  );
  await client.delete(addresses, { name }, identity(bare));
}

function identity({ metadata: { name, uid, resourceVersion } }: CustomObject): {
  uid: string;
  resourceVersion: string;
} {
  if (uid === undefined || resourceVersion === undefined)
    throw new Error(`the ledger entry ${name} came without uid or resourceVersion`);
  return { uid, resourceVersion };
}
