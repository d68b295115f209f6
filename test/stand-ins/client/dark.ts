import { openTcp, withDeadline } from "./connection.ts";
import { AttemptError } from "./outcome.ts";

/**
 * What a port does with a connection: nothing at all (dark), refuses it, takes it, or something
 * else on the way fails.
 */
export type PortAnswer = "timeout" | "refused" | "open" | "unreachable" | "other";

export interface DarkResult {
  readonly host: string;
  /** True only if nobody answers at any port. A refusal tells that something is there. */
  readonly dark: boolean;
  readonly ports: Readonly<Record<string, PortAnswer>>;
}

/**
 * Nobody answers: the knock goes nowhere, or a router on the way has found out that nobody has the
 * address, as Linux does after three seconds.
 */
export function isSilent(answer: PortAnswer): boolean {
  return answer === "timeout" || answer === "unreachable";
}

/** Tries all the ports at once. Silence for `timeoutMs` milliseconds means dark. */
export async function lookDark(
  {
    host,
    ports,
    timeoutMs,
  }: { readonly host: string; readonly ports: readonly number[]; readonly timeoutMs: number },
  signal: AbortSignal,
): Promise<DarkResult> {
  const answers = await Promise.all(
    ports.map(async (port) => tryPort(host, port, withDeadline(signal, timeoutMs))),
  );
  return {
    host,
    dark: answers.every(isSilent),
    ports: Object.fromEntries(
      ports.map((port, index) => [String(port), answers[index] ?? "other"]),
    ),
  };
}

async function tryPort(host: string, port: number, signal: AbortSignal): Promise<PortAnswer> {
  try {
    const socket = await openTcp({ host, port }, signal);
    socket.destroy();
    return "open";
  } catch (error) {
    if (!(error instanceof AttemptError)) throw error;
    const { reason } = error;
    return reason === "timeout" || reason === "refused" || reason === "unreachable"
      ? reason
      : "other";
  }
}
