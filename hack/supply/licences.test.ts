import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import lock from "../../package-lock.json" with { type: "json" };
import { licenceProblems } from "./licences.ts";
import { notices } from "./notices.ts";
import { type BundledPackage, bundledPackages } from "./packages.ts";
import { bundleProgram } from "./program.ts";

describe("a package is told", () => {
  const cases: Record<
    string,
    { given: { version: string; license?: string; dev?: boolean }; expect: RegExp | undefined }
  > = {
    "if its licence was not looked at": {
      given: { version: "1.0.0", license: "GPL-3.0" },
      expect: /^x 1\.0\.0 has the licence GPL-3\.0/,
    },
    "if it has none": { given: { version: "1.0.0" }, expect: /has the licence none/ },
    "if its licence is for tools only, and it is none": {
      given: { version: "1.0.0", license: "CC-BY-3.0" },
      expect: /CC-BY-3\.0/,
    },
    "not if it is a tool with such a licence": {
      given: { version: "1.0.0", license: "CC-BY-3.0", dev: true },
      expect: undefined,
    },
    "not if its licence is a usual one": {
      given: { version: "1.0.0", license: "MIT" },
      expect: undefined,
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases)) {
    test(name, () => {
      const problems = licenceProblems({
        packages: { "": {}, "node_modules/a/node_modules/x": given },
      });
      if (expect === undefined) assert.deepEqual(problems, []);
      else assert.match(problems.join(), expect);
    });
  }
});

describe("what the program is made of", () => {
  let packages: readonly BundledPackage[];
  before(async () => {
    packages = bundledPackages(await bundleProgram());
  });

  test("is listed among what people install, and not as a tool", () => {
    assert.ok(packages.some(({ name }) => name === "zod"));
    const { packages: locked } = lock as { packages: Record<string, { dev?: boolean }> };
    for (const { name, folder } of packages) {
      const path = folder.slice(folder.indexOf("node_modules/"));
      assert.notEqual(locked[path], undefined, `${name} is not in package-lock.json`);
      assert.notEqual(
        locked[path]?.dev,
        true,
        `${name} is in the program: make it a dependency, not a devDependency`,
      );
    }
  });

  test("goes along with its licences", () => {
    const text = notices(packages);
    for (const { name, version, licence } of packages)
      assert.ok(text.includes(`\n${name} ${version}: ${licence}\n`));
    assert.ok(text.includes(readFileSync("node_modules/zod/LICENSE", "utf8").trim()));
  });
});
