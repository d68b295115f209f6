import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pageOf } from "../../docs/blocks.ts";
import { docsProblems } from "../../docs/problems.ts";

/** A page whose commands are tried, unless a case says that they are not. */
const tried = ["docs/page.md"];

function problems(
  lines: readonly string[],
  journeys: readonly string[] = tried,
): readonly string[] {
  return docsProblems([pageOf("docs/page.md", lines.join("\n"))], journeys);
}

const commands = (...before: readonly string[]) => [...before, "```sh", "kubectl get wap", "```"];
const yaml = (...spec: readonly string[]) => [
  "```yaml",
  "apiVersion: proxyfleet.dev/v1alpha1",
  "kind: AddressPool",
  "metadata: { name: a }",
  "spec:",
  ...spec.map((line) => `  ${line}`),
  "```",
  ...commands(),
];

describe("a page of the documentation", () => {
  const fine: Record<string, readonly string[]> = {
    "whose commands are tried": commands(),
    "with commands in a list": ["1. Look:", "", ...commands().map((line) => `   ${line}`)],
    "whose commands need a cloud": [
      ...commands("<!-- needs: cloud, an account at Google -->", ""),
      ...commands(),
    ],
    "whose commands are run by a target of make": [
      ...commands("<!-- run by: make test -->", ""),
      ...commands(),
    ],
    "whose commands are run by a test": [
      ...commands("<!-- run by: test/e2e/fleet -->", ""),
      ...commands(),
    ],
    "with the reader's own values": [
      "<!-- yours -->",
      "",
      "```sh",
      "ADDRESS=203.0.113.9 # the blocked one",
      "```",
      ...commands(),
    ],
    "with a pool that we would take": yaml("provider: MetalLB", "addresses: [203.0.113.0/26]"),
    "with YAML of others": [
      "```yaml",
      "kind: IPAddressPool",
      "spec: { autoAssign: false }",
      "```",
      ...commands(),
    ],
  };
  for (const [name, lines] of Object.entries(fine))
    test(`${name} is fine`, () => assert.deepEqual(problems(lines), []));

  const wrong: Record<
    string,
    { lines: readonly string[]; said: RegExp; journeys?: readonly string[] }
  > = {
    "whose commands nobody tries": {
      lines: commands(),
      journeys: [],
      said: /docs\/page[.]md:2: nothing runs this/,
    },
    "that is tried and has no commands": {
      lines: ["# Nothing"],
      said: /it has no commands to run/,
    },
    "with a need that nobody knows": {
      lines: [...commands("<!-- needs: luck, much of it -->"), ...commands()],
      said: /that is called "luck"/,
    },
    "with a need and no reason": {
      lines: [...commands("<!-- needs: cloud -->"), ...commands()],
      said: /say why it needs a cloud/,
    },
    "with a mark that is misspelt": {
      lines: [...commands("<!-- need: cloud, because -->"), ...commands()],
      said: /is no mark/,
    },
    "run by what does not exist": {
      lines: [...commands("<!-- run by: make coffee -->"), ...commands()],
      said: /nothing in this project is called make coffee/,
    },
    "with a command among the reader's values": {
      lines: [...commands("<!-- yours -->"), ...commands()],
      said: /NAME=value only/,
    },
    "with commands that bash can't read": {
      lines: ["```sh", "if true", "```", ...commands()],
      said: /syntax error/,
    },
    "with commands in another language": {
      lines: ["```bash", "ls", "```", ...commands()],
      said: /write sh in place of bash/,
    },
    "with a block of an unknown kind": {
      lines: ["```", "ls", "```", ...commands()],
      said: /say what this block is/,
    },
    "with a field that we don't know": {
      lines: yaml("provider: MetalLB", "addresses: [203.0.113.9]", "adresses: [203.0.113.9]"),
      said: /no field spec[.]adresses/,
    },
    "with a value that we refuse": {
      lines: yaml("provider: MetalLB", "addresses: [nonsense]"),
      said: /nonsense/,
    },
    "with a kind that we don't have": {
      lines: yaml().map((line) => line.replace("AddressPool", "Pool")),
      said: /has no kind Pool/,
    },
    "with YAML that is none": {
      lines: ["```yaml", "a: [", "```", ...commands()],
      said: /docs\/page[.]md:2/,
    },
  };
  for (const [name, { lines, said, journeys }] of Object.entries(wrong))
    test(`${name} is named`, () => {
      const found = problems(lines, journeys);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", said);
    });

  test("with a block that is not closed is refused", () => {
    assert.throws(
      () => pageOf("docs/page.md", "text\n```sh\nls"),
      /docs\/page[.]md:2: this block is not closed/,
    );
  });
});
