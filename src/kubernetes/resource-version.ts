/**
 * Orders two resource versions of one kind: negative when `a` is older. They are whole numbers
 * without leading zeros, and comparing them is allowed since Kubernetes 1.35 (KEP-5504); they may
 * be longer than a double holds.
 */
export function compareResourceVersions(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The newer of two resource versions. */
export function newest(a: string, b: string): string {
  return compareResourceVersions(a, b) < 0 ? b : a;
}
