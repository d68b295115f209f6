import { getServers } from "node:dns";
import { Resolver } from "node:dns/promises";
import type { ServerAnswer } from "../reading.ts";

/** Asks every resolver for the addresses of a host. Never throws. */
export type NameLookup = (host: string) => Promise<readonly ServerAnswer[]>;

/** A question is repeated once, and given up after about this time (ms). */
const patience = { timeout: 2_000, tries: 2 };

/**
 * Asks each of these DNS servers by itself, over UDP, and over TCP where the answer is too long for
 * that (RFC 7766 §5). Nothing is cached.
 * @param servers as `address:port`, IPv6 in brackets; none: those of this machine
 */
export function nameLookup(servers: readonly string[]): NameLookup {
  const all = servers.length > 0 ? servers : getServers();
  const resolvers = all.map((server) => {
    const resolver = new Resolver(patience);
    resolver.setServers([server]);
    return { server, resolver };
  });
  return async (host) =>
    Promise.all(resolvers.map(async ({ server, resolver }) => answerOf(server, resolver, host)));
}

async function answerOf(server: string, resolver: Resolver, host: string): Promise<ServerAnswer> {
  try {
    const [four, six] = await Promise.all([
      orNone(resolver.resolve4(host)),
      orNone(resolver.resolve6(host)),
    ]);
    return { server, addresses: [...four, ...six].toSorted() };
  } catch (error) {
    return { server, addresses: [], problem: problemOf(error) };
  }
}

const isThatThereIsNone = new Set(["ENOTFOUND", "ENODATA"]);

/** That a name, or a type of it, does not exist is an answer too. */
async function orNone(asked: Promise<string[]>): Promise<readonly string[]> {
  try {
    return await asked;
  } catch (error) {
    if (isThatThereIsNone.has(codeOf(error))) return [];
    throw error;
  }
}

const problems: Readonly<Record<string, string>> = {
  ESERVFAIL: "fails (SERVFAIL)",
  EREFUSED: "refuses to answer (REFUSED)",
  ETIMEOUT: "does not answer",
  ECONNREFUSED: "does not answer",
};

/** Why there is no answer. The error's own text is left out: it has the host in it. */
function problemOf(error: unknown): string {
  const code = codeOf(error);
  return problems[code] ?? `gives no answer that can be read (${code})`;
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "no code";
}
