import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { group } from "../../../src/api/names.ts";
import { kinds } from "../../../src/api/kinds.ts";
import type { ApiServer } from "./api-server.ts";
import { programPath } from "./program.ts";

const run = promisify(execFile);

/** Folder of the CRDs that people install. */
const crdFolder = join(import.meta.dirname, "../../../crds");

/** What kubectl said. `code` is its exit code. */
export interface KubectlAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs kubectl against the server, with `input` as its standard input. A failure is an answer too,
 * and throws nothing.
 */
export async function kubectl(
  server: ApiServer,
  args: readonly string[],
  input = "",
): Promise<KubectlAnswer> {
  const running = run(programPath("kubectl"), [
    "--kubeconfig",
    server.kubeconfig,
    "--cache-dir",
    `${server.kubeconfig}.cache`,
    ...args,
  ]);
  // Who is done before it has read its input says so in its exit code.
  running.child.stdin?.on("error", () => undefined).end(input);
  try {
    return { code: 0, ...(await running) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    return {
      code: typeof code === "number" ? code : -1,
      stdout: stdout ?? "",
      stderr: stderr ?? String(error),
    };
  }
}

/**
 * Installs the generated CRDs as a person does, and waits until the server serves them. @throws
 * Error where kubectl fails or warns
 */
export async function installCrds(server: ApiServer): Promise<void> {
  const { code, stderr } = await kubectl(server, [
    "apply",
    "--server-side",
    "--validate=strict",
    "-f",
    crdFolder,
  ]);
  if (code !== 0 || stderr !== "") throw new Error(`could not install the CRDs: ${stderr}`);
  const names = kinds.map(({ plural }) => `${plural}.${group}`);
  for (const name of names) await established(server, name);
  for (const name of names) await explained(server, name);
}

async function established(server: ApiServer, name: string): Promise<void> {
  while (conditionsOf(await crd(server, name))["Established"] !== "True") await sleep(50);
}

/** The server tells kubectl of a kind, and of its schema, a little after it serves it. */
async function explained(server: ApiServer, name: string): Promise<void> {
  while ((await kubectl(server, ["explain", name])).code !== 0) await sleep(100);
}

/** The stored CRD of one kind. */
export async function crd(server: ApiServer, name: string): Promise<Record<string, unknown>> {
  return (
    await server.call("GET", `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`)
  ).body;
}

/** A part of a CRD's schema. */
export interface CrdSchema {
  readonly properties: Record<string, CrdSchema>;
  enum?: unknown;
  "x-kubernetes-validations"?: unknown;
}

/**
 * Makes the CRD of one kind as permissive as one of another version might be. Returns what makes it
 * strict again. @throws Error where the server refuses
 */
export async function permit(
  server: ApiServer,
  plural: string,
  edit: (schema: CrdSchema) => void,
): Promise<() => Promise<void>> {
  const name = `${plural}.${group}`;
  const { spec: strict } = await crd(server, name);
  const permissive = structuredClone(strict) as {
    versions: { schema: { openAPIV3Schema: CrdSchema } }[];
  };
  for (const { schema } of permissive.versions) edit(schema.openAPIV3Schema);
  await replaceCrd(server, name, permissive);
  return async () => replaceCrd(server, name, strict);
}

async function replaceCrd(server: ApiServer, name: string, spec: unknown): Promise<void> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
  const { code, body } = await server.call("PUT", path, { ...(await crd(server, name)), spec });
  if (code !== 200) throw new Error(`could not change ${name}: ${String(body["message"])}`);
}

/** The status of each condition of an object, by type. */
export function conditionsOf(object: Record<string, unknown>): Record<string, string> {
  const { conditions } = (object["status"] ?? {}) as {
    conditions?: { type: string; status: string }[] | null;
  };
  return Object.fromEntries((conditions ?? []).map(({ type, status }) => [type, status]));
}
