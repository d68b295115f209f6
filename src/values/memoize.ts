/** Of so many objects that were looked at last the results are kept alive: of 1,000 fleets, all. */
const mostKept = 1_000;

/** After so many further ones it is looked which objects are gone, and which were looked at long ago. */
const tidiedEvery = 250;

/** What was made from an object. It goes with that object, whatever else refers to it. */
interface Memo<Result extends object> {
  readonly weak: WeakRef<Result>;
  /** While the object is one of those that were looked at last. */
  kept: Result | undefined;
}

/**
 * Makes something from an object that never changes, and gives the same again while both are in
 * use, or were of late: a collector of garbage drops a weak reference within a second on a busy
 * operator, so that each object would be made again eight times. Results that nobody asks for are
 * not kept alive: thousands of objects at rest must not be in memory twice.
 */
export function memoizeWeakly<From extends object, Result extends object>(
  make: (from: From) => Result,
): (from: From) => Result {
  const memos = new WeakMap<From, Memo<Result>>();
  const recent: WeakRef<Memo<Result>>[] = [];
  let untidied = 0;
  const keep = (from: From, result: Result): Result => {
    const memo = { weak: new WeakRef(result), kept: result };
    memos.set(from, memo);
    recent.push(new WeakRef(memo));
    if (++untidied >= tidiedEvery) {
      untidied = 0;
      letGo(recent);
    }
    return result;
  };
  return (from) => {
    const memo = memos.get(from);
    return memo?.kept ?? keep(from, memo?.weak.deref() ?? make(from));
  };
}

/** Forgets objects that are gone, and lets go of the results of those that were looked at first. */
function letGo<Result extends object>(recent: WeakRef<Memo<Result>>[]): void {
  const used = recent.filter((memo) => memo.deref() !== undefined);
  for (const memo of used.splice(0, Math.max(0, used.length - mostKept))) {
    const known = memo.deref();
    if (known !== undefined) known.kept = undefined;
  }
  recent.splice(0, recent.length, ...used);
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
