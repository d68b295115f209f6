/**
 * Makes something from an object that never changes, and gives the same again while both are in
 * use. The result is not kept alive: thousands of objects at rest must not be in memory twice.
 */
export function memoizeWeakly<From extends object, Result extends object>(
  make: (from: From) => Result,
): (from: From) => Result {
  const results = new WeakMap<From, WeakRef<Result>>();
  return (from) => {
    const known = results.get(from)?.deref();
    if (known !== undefined) return known;
    const result = make(from);
    results.set(from, new WeakRef(result));
    return result;
  };
}

/**
 * Makes something small from an object that never changes, once, and keeps it for as long as the
 * object is in use.
 */
export function memoize<From extends object, Result extends object>(
  make: (from: From) => Result,
): (from: From) => Result {
  const results = new WeakMap<From, Result>();
  return (from) => {
    const result = results.get(from) ?? make(from);
    results.set(from, result);
    return result;
  };
}
