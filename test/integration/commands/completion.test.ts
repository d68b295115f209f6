import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, test } from "node:test";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";

const project = join(import.meta.dirname, "../../..");
const bin = mkdtempSync(join(tmpdir(), "proxyfleet-completion-"));
removeAtExit(bin);

/** Programs of these names that all are this one, as links to it. */
mkdirSync(join(bin, "links"));
for (const name of ["proxyfleet", "kubectl-proxyfleet", "kubectl_complete-proxyfleet"]) {
  const [file, link] = [join(bin, name), join(bin, "links", name)];
  symlinkSync(join(project, "src/main.ts"), link);
  writeFileSync(file, `#!/bin/sh\nexec "${process.execPath}" "${link}" "$@"\n`);
  chmodSync(file, 0o755);
}
const env = {
  ...process.env,
  PATH: [bin, join(project, ".tools/bin"), process.env["PATH"]].join(delimiter),
  KUBECONFIG: join(bin, "none"),
};
const isHere = (shell: string) => spawnSync(shell, ["--version"]).error === undefined;

describe("completion", () => {
  test("of bash offers commands, flags and choices", { skip: !isHere("bash") }, () => {
    const complete = (...words: readonly string[]) => {
      const line = words.map((word) => `"${word}"`).join(" ");
      const script = `source <(proxyfleet completion bash); COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _proxyfleet; echo "\${COMPREPLY[*]}"`;
      return execFileSync("bash", ["-c", script], { env, encoding: "utf8" }).trim();
    };
    assert.equal(complete("proxyfleet", "pa"), "pause");
    assert.equal(complete("proxyfleet", "status", "--w"), "--watch");
    assert.equal(complete("proxyfleet", "status", "-o", ""), "json yaml name");
  });

  test("of zsh completes what is typed before Tab", { skip: !isHere("zsh") }, () => {
    // A shell in a terminal of its own, as a person has it.
    const script = `
      zmodload zsh/zpty
      zpty shell zsh -fi
      zpty -w shell 'autoload -Uz compinit; compinit -u -D; source <(proxyfleet completion zsh); print LOADE""D'
      zpty -r shell said '*LOADED*'
      zpty -w -n shell $'proxyfleet status --all-n\\t'
      zpty -r shell said '*--all-namespaces*' && print -r -- COMPLETED`;
    const options = { env, encoding: "utf8", timeout: 60_000 } as const;
    assert.match(execFileSync("zsh", ["-fc", script], options), /^COMPLETED$/m);
  });

  test("of fish offers commands, flags and choices", { skip: !isHere("fish") }, () => {
    const complete = (line: string) => {
      const script = `proxyfleet completion fish | source; complete -C '${line}'`;
      return execFileSync("fish", ["-c", script], { env, encoding: "utf8" });
    };
    assert.match(complete("proxyfleet pa"), /^pause\tstop all moves of a fleet\n$/);
    assert.match(complete("proxyfleet status --w"), /^--watch\t/);
    assert.equal(complete("proxyfleet status -o "), "json\nname\nyaml\n");
  });

  test("usage texts of kubectl's plugin begin with kubectl", () => {
    const said = execFileSync("kubectl", ["proxyfleet", "why", "--help"], {
      env,
      encoding: "utf8",
    });
    assert.match(said, /^Usage: kubectl proxyfleet why \[FLEET \[SLOT\]\] \[flags\]\n/);
  });

  test("of kubectl asks kubectl_complete-proxyfleet", () => {
    const args = ["__complete", "proxyfleet", "rot"];
    const said = execFileSync("kubectl", args, {
      env,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    assert.match(said, /^rotate\tmove a slot.*\n:4\n/);
  });

  test("a shell that nobody knows is refused", () => {
    const { status, stderr } = spawnSync(join(bin, "proxyfleet"), ["completion", "csh"], {
      env,
      encoding: "utf8",
    });
    assert.equal(status, 2);
    assert.match(stderr, /"csh" is none of bash, zsh, fish/);
  });
});
