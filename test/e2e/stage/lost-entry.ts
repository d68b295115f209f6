import { ApiClient } from "../../../src/kube/client.ts";
import { Connection } from "../../../src/kube/connection.ts";
import { type CustomObject, addresses } from "../../../src/kube/custom.ts";
import { ConflictError } from "../../../src/kube/errors.ts";
import { sleep } from "../../../src/runtime/clock.ts";
import { until } from "./until.ts";

/** Has a ledger entry vanish as if it had never been there, although its finalizer guards it: nothing of it is taken down. */
export async function loseEntry(name: string): Promise<void> {
  const connection = Connection.fromDefault(process.env["KUBECONFIG"]);
  const client = new ApiClient(connection, new AbortController().signal, { sleep, random: Math.random });
  try {
    await until(`${name} to be lost`, async () => isLost(client, name));
  } finally {
    await connection.close();
  }
}

/** False where the operator gave the entry its finalizer back in between, or wrote it otherwise. */
async function isLost(client: ApiClient, name: string): Promise<boolean> {
  const entry = await client.get<CustomObject>(addresses, { name });
  if (entry === undefined) throw new Error(`there is no ledger entry ${name} that could be lost`);
  try {
    const { metadata } = await client.patch<CustomObject>(addresses, { name }, identity(entry), { metadata: { finalizers: [] } }, "e2e");
    await client.delete(addresses, { name }, identity({ ...entry, metadata }));
    return true;
  } catch (error) {
    if (error instanceof ConflictError) return false;
    throw error;
  }
}

function identity({ metadata: { name, uid, resourceVersion } }: CustomObject): { uid: string; resourceVersion: string } {
  if (uid === undefined || resourceVersion === undefined) throw new Error(`the ledger entry ${name} came without uid or resourceVersion`);
  return { uid, resourceVersion };
}
