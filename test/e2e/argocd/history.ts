import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

/** What a watch saw of objects, each state once for as long as it stayed the same. */
export class History {
  readonly #child: ChildProcess;
  #states: { readonly name: string; readonly state: string }[] = [];
  readonly #last = new Map<string, string>();

  /** @param state what of an object makes its state, as jsonpath of kubectl */
  constructor(kind: string, namespace: string, state: string) {
    const template = `jsonpath={.metadata.name} ${state}{"\\n"}`;
    const [program, ...args] = ["kubectl", "get", kind, "-n", namespace, "--watch", "-o", template];
    this.#child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
    void this.#follow();
  }

  /** Forgets what was, but for the state in which each object is now. */
  startAnew(): void {
    this.#states = [...this.#last].map(([name, state]) => ({ name, state }));
  }

  /** All states of an object since then, each once. */
  of(name: string): readonly string[] {
    return [
      ...new Set(this.#states.filter((seen) => seen.name === name).map(({ state }) => state)),
    ];
  }

  stop(): void {
    this.#child.kill();
  }

  async #follow(): Promise<void> {
    for await (const line of createInterface({ input: this.#child.stdout! })) {
      const [name = "", ...words] = line.split(" ");
      const state = words.join(" ");
      this.#last.set(name, state);
      this.#states.push({ name, state });
    }
  }
}
