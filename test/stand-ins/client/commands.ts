import { text } from "node:stream/consumers";
import { lines } from "../lines.ts";
import { chat } from "./chat.ts";
import type { Endpoint } from "./connection.ts";
import { Crowd, type CrowdState } from "./crowd.ts";
import { readCounters } from "./counters.ts";
import { lookDark } from "./dark.ts";
import { hold } from "./hold.ts";
import { openLink } from "./links.ts";
import { Load, type PublishedAddress } from "./load.ts";
import { media } from "./media.ts";
import { openPage, pageFromInput } from "./page.ts";
import { nuisances, pester } from "./pester.ts";
import { AttemptError } from "./outcome.ts";

/** The flags of the command line, read. */
export interface Flags {
  readonly tls: boolean;
  readonly silent: boolean;
  readonly played: boolean;
  readonly servername: string;
  readonly fingerprint: string | undefined;
  readonly rate: number;
  readonly from: readonly string[];
  readonly connections: number;
  readonly every: number;
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal;
}

/** Runs to the end of a command; false if what it looked for does not hold. */
type Command = (operands: readonly string[], flags: Flags) => Promise<boolean>;

/** The commands by name. */
export const commands: Readonly<Record<string, Command>> = {
  chat: async (operands, flags) =>
    attempt("chat", async () =>
      chat({ endpoint: endpoint(operands), ...limits(flags), tls: flags.tls }),
    ),
  media: async (operands, flags) =>
    attempt("media", async () =>
      media({ endpoint: endpoint(operands), ...limits(flags), servername: flags.servername }),
    ),
  links: async ([link], flags) =>
    attempt("links", async () =>
      openLink((link ?? (await text(process.stdin))).trim(), limits(flags)),
    ),
  page: async ([language = "en"], { signal }) =>
    attempt("page", async () => openPage(await pageFromInput(), { language, signal })),
  hold: async (operands, { tls, silent, signal }) =>
    attempt("closed", async () =>
      hold({
        endpoint: endpoint(operands),
        tls,
        everyMs: silent ? null : 200,
        stallMs: 10_000,
        signal,
        onOpen: () => say("open", {}),
        onBeat: (echoes) => say("beat", { echoes }),
      }),
    ),
  crowd: async (operands, { from, connections, every, signal }) => {
    const onBeat = (state: CrowdState) => say("beat", state);
    const crowd = new Crowd({
      endpoint: endpoint(operands),
      connections,
      sources: from,
      everyMs: every,
      stallMs: 4 * every,
      signal,
      onBeat,
    });
    const { ended, failed, ...rest } = await crowd.gather();
    say("gone", { ended, failed, ...rest });
    return Object.keys({ ...ended, ...failed }).every((how) => how === "stopped");
  },
  pester: async (
    [host = "", port = "", kind = ""],
    { connections, timeoutMs = 30_000, signal, from },
  ) => {
    const nuisance = nuisances.find((known) => known === kind);
    if (nuisance === undefined) throw new Error(`"${kind}": give one of ${nuisances.join(", ")}`);
    const [source] = from;
    const place = { ...endpoint([host, port]), ...(source === undefined ? {} : { from: source }) };
    return attempt("pestered", async () =>
      pester({ endpoint: place, nuisance, connections, timeoutMs, signal }),
    );
  },
  counters: async ([port = "9222"], { signal }) =>
    attempt("counters", async () => readCounters(Number(port), signal)),
  dark: async ([host = "", ...ports], { timeoutMs = 3_000, signal }) => {
    const result = await lookDark({ host, ports: ports.map(Number), timeoutMs }, signal);
    say("dark", result);
    return result.dark;
  },
  load: async (_, flags) => {
    const load = new Load({
      perSecond: flags.rate,
      ...limits(flags),
      certificateSHA256: flags.fingerprint,
      onFailure: (failure) => say("failure", failure),
    });
    flags.signal.addEventListener("abort", () => process.stdin.destroy());
    try {
      for await (const line of lines(process.stdin))
        load.publish((JSON.parse(line) as { addresses: PublishedAddress[] }).addresses);
    } catch (error) {
      if (!flags.signal.aborted) throw error;
    }
    const summary = await load.end();
    say("summary", summary);
    return summary.failures === 0;
  },
};

function endpoint([host = "", port = ""]: readonly string[]): Endpoint {
  return { host, port: Number(port) };
}

function limits({ played, timeoutMs = 5_000, signal }: Flags): {
  played: boolean;
  timeoutMs: number;
  signal: AbortSignal;
} {
  return { played, timeoutMs, signal };
}

/** Prints what an attempt gave, or how it failed. */
async function attempt(event: string, act: () => Promise<object>): Promise<boolean> {
  try {
    say(event, await act());
    return true;
  } catch (error) {
    if (!(error instanceof AttemptError)) throw error;
    say("failed", { step: error.step, reason: error.reason, message: error.message });
    return false;
  }
}

function say(event: string, facts: object): void {
  process.stdout.write(`${JSON.stringify({ event, ...facts })}\n`);
}
