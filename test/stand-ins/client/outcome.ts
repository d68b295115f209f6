/** How far an attempt came before it failed. */
export type Step = "connect" | "handshake" | "answer";

/** Why it failed. "timeout" is silence; "refused" and "reset" mean that somebody answered. */
export type Reason =
  "timeout" | "refused" | "reset" | "closed" | "unreachable" | "wrong answer" | "stopped" | "other";

/** An attempt to use a proxy failed. */
export class AttemptError extends Error {
  readonly step: Step;
  readonly reason: Reason;

  constructor(
    step: Step,
    reason: Reason,
    { detail, ...options }: { readonly detail: string } & ErrorOptions,
  ) {
    super(`${step}: ${reason}${detail === "" ? "" : ` (${detail})`}`, options);
    this.step = step;
    this.reason = reason;
  }
}

const reasons: Readonly<Record<string, Reason>> = {
  TimeoutError: "timeout",
  AbortError: "stopped",
  ETIMEDOUT: "timeout",
  ECONNREFUSED: "refused",
  ECONNRESET: "reset",
  EPIPE: "reset",
  ERR_STREAM_PREMATURE_CLOSE: "closed",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
};

/** Names the failure of a step; a failure that has a name already keeps it. */
export function failed(step: Step, error: unknown): AttemptError {
  if (error instanceof AttemptError) return error;
  const { code, name, message } = error as NodeJS.ErrnoException;
  const reason = reasons[code ?? ""] ?? reasons[name] ?? "other";
  return new AttemptError(step, reason, {
    detail: reason === "other" ? message : "",
    cause: error,
  });
}
