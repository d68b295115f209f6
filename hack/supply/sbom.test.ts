import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bom, bomOf, debianComponents, only, programComponent } from "./sbom.ts";

const part = (name: string, version = "1.0.0") => ({
  "bom-ref": `${name}@${version}`,
  type: "library",
  name,
  version,
  purl: `pkg:npm/${name}@${version}`,
});
const npm: Bom = {
  specVersion: "1.5",
  components: [part("a"), part("tool"), part("b", "2.0.0")],
  dependencies: [
    { ref: "a@1.0.0", dependsOn: ["b@2.0.0", "tool@1.0.0"] },
    { ref: "tool@1.0.0", dependsOn: ["a@1.0.0"] },
    { ref: "b@2.0.0" },
  ],
};

test("of npm's list, what is in the program stays, with what it needs of that", () => {
  assert.deepEqual(only(npm, new Set(["a@1.0.0", "b@2.0.0"])), {
    components: [part("a"), part("b", "2.0.0")],
    dependencies: [
      { ref: "a@1.0.0", dependsOn: ["b@2.0.0"] },
      { ref: "b@2.0.0", dependsOn: [] },
    ],
  });
});

test("a part of the program that npm does not list is told, and not left out", () => {
  assert.throws(() => only(npm, new Set(["a@1.0.0", "c@1.0.0"])), /npm does not list c@1\.0\.0/);
});

test("of Debian's packages those that are installed are listed, with their architecture", () => {
  const status = [
    "Package: libc6\nStatus: install ok installed\nArchitecture: arm64\nVersion: 2:2.41-12+deb13u1\nDescription: C library\n Version: 1",
    "Package: gone\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 1",
  ].join("\n\n");
  const purl = "pkg:deb/debian/libc6@2%3A2.41-12%2Bdeb13u1?arch=arm64";
  assert.deepEqual(debianComponents(`${status}\n`), [
    { "bom-ref": purl, type: "library", name: "libc6", version: "2:2.41-12+deb13u1", purl },
  ]);
});

test("an image's list names the image, and is the same for the same parts in any order", () => {
  const parts = [part("a"), programComponent("node@26.10.0"), programComponent("std@1.26.6")];
  const bom = (components: typeof parts) =>
    bomOf({ name: "operator", version: "0.1.0", components, dependencies: [] });
  assert.deepEqual(bom(parts), bom(parts.toReversed()));
  assert.deepEqual(
    bom(parts).components.map(({ purl }) => purl),
    ["pkg:generic/node@26.10.0", "pkg:golang/std@1.26.6", "pkg:npm/a@1.0.0"],
  );
  assert.deepEqual(
    (bom(parts)["metadata"] as { component: { purl: string } }).component.purl,
    "pkg:oci/operator@0.1.0",
  );
});
