import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, test } from "node:test";
import { kinds } from "../../src/api/kinds.ts";
import { parser } from "../../src/api/parse.ts";
import { currentChart } from "../../tooling/chart/render.ts";
import { manifestsOf } from "./rendered.ts";

const helm = join(import.meta.dirname, "../../.tools/helm");

/** What Helm says after an installation. */
function notes(values: object, namespace = "proxyfleet-system"): string {
  const args = [
    "install",
    "proxyfleet",
    currentChart,
    "--dry-run=client",
    "--namespace",
    namespace,
    "--values",
    "-",
  ];
  const said = execFileSync(helm, args, { input: JSON.stringify(values), encoding: "utf8" });
  return said.slice(said.indexOf("NOTES:\n") + "NOTES:\n".length);
}

/** A program in place of kubectl: it prints what it is given. */
const copyingKubectl =
  'kubectl() { if [ "$1" = apply ]; then echo ---; cat; else echo "# kubectl $*"; fi; }';

/** Types the commands of the notes into a shell, as a person who copies them. */
function typed(text: string): string {
  const isForPeople = /^(The |Next:|\d\. )/;
  const commands = text.split("\n").filter((line) => !isForPeople.test(line));
  return execFileSync("bash", ["-euc", `${copyingKubectl}\n${commands.join("\n")}`], {
    encoding: "utf8",
  });
}

describe("after an installation, the next steps", () => {
  for (const [name, values, namespace] of [
    ["of an operator of the cluster", {}, "proxies"],
    [
      "of an operator of two namespaces",
      { watchNamespaces: ["a", "b"], crds: { enabled: false } },
      "a",
    ],
  ] as const) {
    test(`${name} can be copied, and make objects that are right`, () => {
      const printed = typed(notes(values));
      const manifests = manifestsOf(printed);
      assert.deepEqual(
        manifests.map(({ kind }) => kind),
        ["AddressPool", "WhatsAppProxy"],
      );
      for (const manifest of manifests) {
        const kind = kinds.find((each) => each.kind === manifest.kind);
        const parsed =
          kind === undefined
            ? undefined
            : parser(kind)({ ...manifest, metadata: { uid: "u", ...manifest.metadata } });
        assert.equal(parsed?.ok, true, JSON.stringify(parsed));
      }
      assert.equal(manifests[1]?.metadata.namespace, namespace);
      assert.ok(printed.includes(`# kubectl describe wap family --namespace ${namespace}\n`));
    });
  }

  test("say what to delete before an uninstall that takes the CRDs along, and only then", () => {
    const said = /Before you uninstall it.*kubectl delete wap --all --all-namespaces/s;
    assert.match(notes({ crds: { keep: false } }), said);
    assert.doesNotMatch(notes({}), said);
    assert.doesNotMatch(notes({ crds: { keep: false, enabled: false } }), said);
  });

  test("name the namespace of the release, and say what is missing", () => {
    const text = notes({ crds: { enabled: false }, watchNamespaces: ["a"] }, "elsewhere");
    assert.match(text, /rollout status deployment\/proxyfleet --namespace elsewhere/);
    assert.match(text, /It looks after fleets in: a\./);
    assert.match(text, /Install those of the same version first/);
  });
});
