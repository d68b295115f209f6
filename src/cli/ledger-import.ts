import type { CustomObject } from "../kubernetes/objects.ts";
import { loadAll } from "js-yaml";
import { type ProxyAddress, parseProxyAddress } from "../api/proxy-address.ts";
import { ProxyfleetError } from "../values/errors.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import * as custom from "../api/resources.ts";
import { fieldManagers } from "../api/names.ts";
import { adoptedManifest } from "../ledger/manifests.ts";
import { readLedger } from "./ledger-export.ts";

/** Nothing was imported, and why. */
export class LedgerImportError extends ProxyfleetError {}

/** So many problems are reported at once. */
const mostReported = 10;

/**
 * Creates the ledger entries in `text` (YAML or JSON: a List, or one object a document). All of
 * them are checked first.
 * @returns what was done, in a sentence
 * @throws LedgerImportError where an entry can't be read, exists already, or holds an address that
 * another one holds
 */
export async function importLedger(client: ApiClient, text: string): Promise<string> {
  const entries = readEntries(text);
  const problems = conflicts(entries, await readLedger(client));
  if (problems.length > 0) throw refusal(problems);
  for (const entry of entries)
    await client.create<CustomObject>(
      custom.addresses,
      adoptedManifest(entry),
      fieldManagers.fleet,
    );
  const resting = entries.filter(({ spec }) => spec.want === "Quarantine").length;
  return `imported ${entries.length} addresses: ${entries.length - resting} in use, ${resting} at rest\n`;
}

function readEntries(text: string): readonly ProxyAddress[] {
  const parsed = documents(text).flatMap(itemsOf).map(parseProxyAddress);
  const problems = parsed.flatMap((entry) => (entry.ok ? [] : [entry.problem]));
  if (problems.length > 0) throw refusal(problems);
  if (parsed.length === 0) throw refusal(["the file holds no ledger entries"]);
  return parsed.flatMap((entry) => (entry.ok ? [entry.value] : []));
}

function documents(text: string): readonly unknown[] {
  try {
    return loadAll(text);
  } catch (cause) {
    throw new LedgerImportError("nothing was imported: the file is neither YAML nor JSON", {
      cause,
    });
  }
}

function itemsOf(document: unknown): readonly unknown[] {
  if (document === null || document === undefined) return [];
  const { items } = document as { items?: unknown };
  return Array.isArray(items) ? items : [document];
}

function conflicts(
  entries: readonly ProxyAddress[],
  ledger: readonly CustomObject[],
): readonly string[] {
  const names = new Set(ledger.map(({ metadata }) => metadata.name));
  const held = new Map(
    ledger.map(({ metadata, spec }) => [
      ((spec ?? {}) as { address?: unknown }).address,
      metadata.name,
    ]),
  );
  return entries.flatMap(({ metadata: { name }, spec: { address } }) => {
    if (names.has(name)) return [`ProxyAddress ${name} exists already, or is there twice`];
    names.add(name);
    const holder = address === undefined ? undefined : held.get(address);
    if (holder !== undefined) return [`${address} of ${name} is held by ${holder}`];
    if (address !== undefined) held.set(address, name);
    return [];
  });
}

function refusal(problems: readonly string[]): LedgerImportError {
  const more =
    problems.length > mostReported ? ` (and ${problems.length - mostReported} more)` : "";
  return new LedgerImportError(
    `nothing was imported: ${problems.slice(0, mostReported).join("; ")}${more}`,
  );
}
