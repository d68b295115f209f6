import { run, succeed } from "../stage/process.ts";
import { read } from "../stage/kubectl.ts";
import type { Pod } from "../../../src/kubernetes/objects.ts";

/** What a firewall on the node swallows, as nftables' own expression. */
export interface Swallowed {
  /** Its name: letters, digits and `_`. */
  readonly name: string;
  /** Before the node gives a load balancer's address to a pod, or after. */
  readonly at: "address" | "pod";
  readonly what: string;
}

/** A firewall on the node, between the operator's pods and the fleets'. The kubelet is let through. */
export class Firewall {
  readonly #table: string;

  /** Swallows it from now on, until the firewall is lifted. */
  static async put({ name, at, what }: Swallowed): Promise<Firewall> {
    const table = `e2e_${name}`;
    const hook = at === "address" ? "prerouting priority raw" : "forward priority filter";
    const chain = `type filter hook ${hook}; policy accept; ${what} counter drop`;
    await succeed(["nft", "-f", "-"], `table inet ${table} { chain first { ${chain}\n}\n}\n`);
    return new Firewall(table);
  }

  private constructor(table: string) {
    this.#table = table;
  }

  /** How many packets it has swallowed. */
  async swallowed(): Promise<number> {
    const listing = await succeed(["nft", "list", "table", "inet", this.#table]);
    return Number(/counter packets ([0-9]+)/.exec(listing)?.[1]);
  }

  /** Lets everything through again; also if it was lifted before. */
  async lift(): Promise<void> {
    await run(["nft", "delete", "table", "inet", this.#table]);
  }
}

/** The operator's pods, as a set of nftables. */
export async function operatorPods(): Promise<string> {
  const place = ["-n", "proxyfleet-system", "-l", "app.kubernetes.io/name=proxyfleet"];
  return addressSet((await read<{ items: Pod[] }>("pods", ...place)).items);
}

/** These pods, as a set of nftables. */
export function addressSet(pods: readonly Pod[]): string {
  const addresses = pods.flatMap(({ status }) => status?.podIP ?? []);
  return `{ ${addresses.join(", ")} }`;
}
