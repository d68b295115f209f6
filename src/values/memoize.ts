/**
 * Makes something from an object that never changes, and gives the same again as long as both are
 * in use. What was made is not kept alive: thousands of objects at rest must not be in memory
 * twice.
 */
export function derived<From extends object, Made extends object>(
  make: (from: From) => Made,
): (from: From) => Made {
  const known = new WeakMap<From, WeakRef<Made>>();
  return (from) => {
    const before = known.get(from)?.deref();
    if (before !== undefined) return before;
    const made = make(from);
    known.set(from, new WeakRef(made));
    return made;
  };
}

/**
 * Makes something small from an object that never changes, once, and keeps it for as long as the
 * object is in use.
 */
export function remembered<From extends object, Made extends object>(
  make: (from: From) => Made,
): (from: From) => Made {
  const known = new WeakMap<From, Made>();
  return (from) => {
    const made = known.get(from) ?? make(from);
    known.set(from, made);
    return made;
  };
}
