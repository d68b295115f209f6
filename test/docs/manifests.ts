import { parseAllDocuments } from "yaml";
import { parseAddressPool } from "../../src/api/address-pool.ts";
import { group } from "../../src/api/names.ts";
import { parseWhatsAppProxy } from "../../src/api/fleet.ts";
import type { Parsed } from "../../src/api/parse.ts";
import { parseProxyAddress } from "../../src/api/proxy-address.ts";
import { parseVantagePoint } from "../../src/api/vantage-point.ts";

const readers: Readonly<Record<string, (raw: unknown) => Parsed<{ spec: object }>>> = {
  AddressPool: parseAddressPool,
  ProxyAddress: parseProxyAddress,
  VantagePoint: parseVantagePoint,
  WhatsAppProxy: parseWhatsAppProxy,
};

/**
 * What is wrong with the YAML of a page: all of it must be YAML, and objects of our group must be
 * as the API server would take them, with no field that it doesn't know.
 */
export function manifestProblems(text: string): readonly string[] {
  return parseAllDocuments(text, { version: "1.1" }).flatMap((document) => {
    if (document.errors.length > 0) return document.errors.map(({ message }) => message);
    return objectProblems(document.toJS() as unknown);
  });
}

function objectProblems(raw: unknown): readonly string[] {
  const { apiVersion, kind, metadata, spec } = (raw ?? {}) as {
    apiVersion?: string;
    kind?: string;
    metadata?: object;
    spec?: object;
  };
  if (apiVersion?.startsWith(`${group}/`) !== true) return [];
  const read = readers[kind ?? ""];
  if (read === undefined) return [`${group} has no kind ${kind ?? "(none)"}`];
  // Where a command names the namespace, an example leaves it out.
  const namespace = kind === "WhatsAppProxy" ? { namespace: "default" } : {};
  const parsed = read({ apiVersion, kind, metadata: { ...namespace, ...metadata }, spec });
  if (!parsed.ok) return [parsed.problem];
  return unknownFields(spec, parsed.value.spec, "spec").map(
    (path) => `${kind ?? ""} has no field ${path}`,
  );
}

/** Fields that reading has left out, since the schema doesn't know them. */
function unknownFields(given: unknown, read: unknown, path: string): readonly string[] {
  if (Array.isArray(given))
    return given.flatMap((item, index) =>
      unknownFields(item, (read as unknown[])[index], `${path}[${index}]`),
    );
  if (typeof given !== "object" || given === null) return [];
  return Object.entries(given).flatMap(([name, value]) => {
    const known = (read as Readonly<Record<string, unknown>>)[name];
    return known === undefined && value !== null
      ? [`${path}.${name}`]
      : unknownFields(value, known, `${path}.${name}`);
  });
}
