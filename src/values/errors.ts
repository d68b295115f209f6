/**
 * Root of every error that this project throws on purpose. Subclasses are named by the step that
 * failed and keep the cause.
 */
export class ProxyfleetError extends Error {
  override get name(): string {
    return this.constructor.name;
  }
}

/** What went wrong, in one line, with the causes behind it: "step failed: cause: deeper cause". */
export function explainError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined
    ? error.message
    : `${error.message}: ${explainError(error.cause)}`;
}
