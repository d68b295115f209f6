import { run, succeed } from "../stage/process.ts";

/** What a censor does to packets between the people inside and an address, as nftables' own rules. */
export type Censorship = (address: string) => {
  readonly sent?: string;
  readonly answered?: string;
};

/** What packets of an address's answers have in common, after the node has put its name back. */
const answersOf = (address: string) => `ct original ip daddr ${address}`;

/** The ways in which censors are known to block. */
export const censorships = {
  /** Nothing arrives. */
  dropped: (address) => ({ sent: `ip daddr ${address} drop` }),
  mediaPort: (address) => ({ sent: `ip daddr ${address} tcp dport 587 drop` }),
  /** The connection opens, and is reset when the client says what it speaks. */
  reset: (address) => ({
    sent: `ip daddr ${address} meta l4proto tcp ip length > 120 reject with tcp reset`,
  }),
  /** The connection stands still after 16 KB of answers. */
  frozen: (address) => ({ answered: `${answersOf(address)} ct reply bytes > 16384 drop` }),
  /** A kilobyte a second of what the media port answers. */
  slow: (address) => ({
    answered: `meta l4proto tcp ${answersOf(address)} ct original proto-dst 587 limit rate over 1 kbytes/second burst 12 kbytes drop`,
  }),
} as const satisfies Readonly<Record<string, Censorship>>;

/** A censor at the people's only line: the node routes all that they send. */
export class Censor {
  readonly #table: string;

  private constructor(table: string) {
    this.#table = table;
  }

  /** Censors from now on, until it is lifted. */
  static async of(
    name: string,
    { sent, answered }: { readonly sent?: string | undefined; readonly answered?: string },
  ): Promise<Censor> {
    const table = `censor_${name}`;
    // Bytes are counted for connections that begin after this.
    await succeed(["sysctl", "--quiet", "--write", "net.netfilter.nf_conntrack_acct=1"]);
    const rules = [
      chain("sent", "prerouting priority mangle", sent && `iifname "to-inside" ${sent}`),
      chain("answered", "forward priority filter", answered && `oifname "to-inside" ${answered}`),
    ];
    await succeed(["nft", "-f", "-"], `table inet ${table} {\n${rules.join("\n")}\n}\n`);
    return new Censor(table);
  }

  /** The people inside reach nothing at all, and nobody reaches them. */
  static async ofEverything(): Promise<Censor> {
    return Censor.of("everything", { sent: "drop", answered: "drop" });
  }

  /** Lets everything through again; also if it was lifted before. */
  async lift(): Promise<void> {
    await run(["nft", "delete", "table", "inet", this.#table]);
  }
}

function chain(name: string, hook: string, rule: string | undefined): string {
  return `chain ${name} { type filter hook ${hook}; policy accept; ${rule ?? ""}\n}`;
}
