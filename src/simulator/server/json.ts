/** An object as JSON has it. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * A copy that nobody can change, without members that are undefined. What is frozen is taken to be
 * frozen all through, and shared.
 */
export function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  return Object.freeze(Array.isArray(value) ? value.map(frozen) : frozenMembers(value)) as T;
}

function frozenMembers(value: object): object {
  const copy: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value))
    if (member !== undefined) copy[name] = frozen(member);
  return copy;
}

/** Whether two values say the same. Parts that are shared cost nothing. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a))
    return (
      Array.isArray(b) && a.length === b.length && a.every((item, index) => isSame(item, b[index]))
    );
  if (!isFields(a) || !isFields(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => name in b && isSame(a[name], b[name]))
  );
}

/** Whether a value is an object with members: no list, and not null. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** JSON merge patch (RFC 7386): null removes a member, objects are merged, all else replaces. */
export function mergePatch(target: unknown, change: unknown): unknown {
  if (!isFields(change)) return change;
  const result: Record<string, unknown> = { ...(isFields(target) ? target : {}) };
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete result[name];
    else if (value !== undefined) result[name] = mergePatch(result[name], value);
  }
  return result;
}
