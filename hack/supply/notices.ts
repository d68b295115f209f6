import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { BundledPackage } from "./packages.ts";

const opening = `Proxyfleet is licensed under the Apache License 2.0. Its program holds code of the packages below, each under a licence of its own.
`;

/**
 * The licences of the packages in the bundle, in full where a package brings the text: most
 * licences ask that it goes along.
 */
export function notices(packages: readonly BundledPackage[]): string {
  const chapters = packages.map(
    (each) =>
      `${"=".repeat(80)}\n${each.name} ${each.version}: ${each.licence}\n\n${textsOf(each)}`,
  );
  return [opening, ...chapters].join("\n");
}

function textsOf({ folder }: BundledPackage): string {
  const names = readdirSync(folder)
    .filter((name) => /^(licen[cs]e|copying|notice)/i.test(name))
    .toSorted();
  return names.map((name) => `${readFileSync(join(folder, name), "utf8").trim()}\n`).join("\n");
}
