/**
 * So many results that were used last are kept alive, and at most twice as many: of 1,000 fleets, all.
 * A collector of garbage drops a weak reference within a second on a busy operator, so without these
 * each object was made again eight times.
 */
const mostRecent = 1_000;

/**
 * Makes something from an object that never changes, and gives the same again while both are in
 * use, or were of late. Results that nobody asks for are not kept alive: thousands of objects at
 * rest must not be in memory twice.
 */
export function memoizeWeakly<From extends object, Result extends object>(
  make: (from: From) => Result,
): (from: From) => Result {
  const results = new WeakMap<From, WeakRef<Result>>();
  const kept = [new Set<Result>()];
  const keep = (result: Result): Result => {
    const [recent] = kept;
    if (recent !== undefined && recent.size >= mostRecent)
      kept.splice(0, kept.length, new Set(), recent);
    kept[0]?.add(result);
    return result;
  };
  return (from) => {
    const known = results.get(from)?.deref();
    if (known !== undefined) return keep(known);
    const result = make(from);
    results.set(from, new WeakRef(result));
    return keep(result);
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
