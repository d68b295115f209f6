import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { stringify } from "yaml";
import lock from "../package-lock.json" with { type: "json" };
import { group } from "../src/api/names.ts";
import { crdOf } from "../src/api/crd.ts";
import { kinds } from "../src/api/kinds.ts";
import { apiReference } from "./api-reference.ts";
import { argoCdFiles } from "./argocd/customizations.ts";
import { chartFiles, type GeneratedFile } from "./chart/files.ts";
import { outputSchemas } from "./output-schemas.ts";
import { licencesPage } from "./supply/licences.ts";

/** Writes the files that are made from code, or with --check names those that are out of date. */
function main(): void {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  const files = generatedFiles();
  if (!values.check) return files.forEach(write);
  const stale = files.filter(({ path, text }) => read(path) !== text);
  for (const { path } of stale) console.error(`${path} is out of date: run make gen`);
  process.exitCode = stale.length > 0 ? 1 : 0;
}

function generatedFiles(): readonly GeneratedFile[] {
  const crds = kinds.map((kind) => ({
    path: `crds/${group}_${kind.plural}.yaml`,
    text: `${heading}${yaml(crdOf(kind))}`,
  }));
  const pages = [
    { path: "docs/api.md", text: apiReference(kinds) },
    { path: "docs/licences.md", text: licencesPage(lock) },
  ];
  return [...crds, ...chartFiles(crds), ...argoCdFiles(), ...outputSchemas(), ...pages];
}

const heading = "# Made by `make gen` from src/api. Edit the schema there, not this file.\n";

function yaml(value: unknown): string {
  return stringify(value, { aliasDuplicateObjects: false, lineWidth: 0, version: "1.1" });
}

function write({ path, text }: GeneratedFile): void {
  mkdirSync(dirname(inProject(path)), { recursive: true });
  writeFileSync(inProject(path), text);
}

function read(path: string): string | undefined {
  return existsSync(inProject(path)) ? readFileSync(inProject(path), "utf8") : undefined;
}

function inProject(path: string): string {
  return join(import.meta.dirname, "..", path);
}

main();
