// web: the dashboard. What each viewer may see, as plain data; `io` serves it, and `page` is what
// browsers run.

/** What somebody may see, by their rights in the cluster. */
export interface Rights {
  /** Where they may list fleets. */
  readonly namespaces: "All" | ReadonlySet<string>;
  /** They may list ProxyAddresses: who else is shown no address. */
  readonly ledger: boolean;
  /** They may list AddressPools. */
  readonly pools: boolean;
}

/** Whether fleets of a namespace are shown. */
export function maySee({ namespaces }: Rights, namespace: string): boolean {
  return namespaces === "All" || namespaces.has(namespace);
}

/** Whether there is anything that they may see. */
export function seesAnything({ namespaces }: Rights): boolean {
  return namespaces === "All" || namespaces.size > 0;
}

/** The same text for the same rights: those who may see the same share what is made for them. */
export function rightsKey({ namespaces, ledger, pools }: Rights): string {
  const where = namespaces === "All" ? "*" : [...namespaces].toSorted();
  return JSON.stringify([where, ledger, pools]);
}
