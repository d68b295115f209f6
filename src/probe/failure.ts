import type { StepFailure } from "../reachability/evidence.ts";

/**
 * What an error of a socket says. "Own" is this machine's own trouble, such as no network, no IPv6
 * or a firewall of its own: it says nothing about the address, and gives no result.
 */
export type SocketTrouble = StepFailure | "Own";

const byCode: Readonly<Record<string, SocketTrouble>> = {
  ECONNREFUSED: { kind: "Refused" },
  ECONNRESET: { kind: "Reset" },
  EPIPE: { kind: "Reset" },
  ECONNABORTED: { kind: "Reset" },
  ETIMEDOUT: { kind: "TimedOut" },
  // A router on the way said no (ICMP): a filter may, as well as a broken route.
  EHOSTUNREACH: { kind: "NoAnswer" },
};

/**
 * Sorts an error by its code, as Node and libuv name it. Errors of TLS itself mean that something
 * answered that speaks no TLS, or another kind: someone else. All the rest is this machine's own.
 */
export function troubleOf(code: string | undefined): SocketTrouble {
  if (code === undefined) return "Own";
  if (code === "EPROTO" || code.startsWith("ERR_SSL") || code.startsWith("ERR_TLS"))
    return { kind: "WrongCertificate" };
  return byCode[code] ?? "Own";
}
