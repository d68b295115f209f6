import { succeed, run, type Finished } from "./process.ts";

/**
 * kubectl as a person runs it; the tests run inside the cluster's namespaces, where KUBECONFIG
 * points to it.
 */
export async function kubectl(...args: readonly string[]): Promise<string> {
  return succeed(["kubectl", ...args]);
}

/** kubectl that may fail. */
export async function tryKubectl(...args: readonly string[]): Promise<Finished> {
  return run(["kubectl", ...args]);
}

/** Applies objects as a person does with `kubectl apply -f -`. */
export async function apply(...objects: readonly object[]): Promise<void> {
  await succeed(
    ["kubectl", "apply", "-f", "-"],
    JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }),
  );
}

/** Reads one object, or a list with `items`. */
export async function read<T>(...args: readonly string[]): Promise<T> {
  return JSON.parse(await kubectl("get", ...args, "-o", "json")) as T;
}

/** Reads one object that may not exist. */
export async function readIfAny<T>(...args: readonly string[]): Promise<T | undefined> {
  const out = await kubectl("get", ...args, "--ignore-not-found", "-o", "json");
  return out === "" ? undefined : (JSON.parse(out) as T);
}
