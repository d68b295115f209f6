/** What a pseudonym stands for. */
export type Category =
  | "account"
  | "address"
  | "asn"
  | "cloud-id"
  | "encoded"
  | "fleet"
  | "hash"
  | "host"
  | "image"
  | "label"
  | "link"
  | "name"
  | "namespace"
  | "network"
  | "node"
  | "person"
  | "pod"
  | "pool"
  | "secret"
  | "service"
  | "text"
  | "uid"
  | "vantage-point";

/**
 * Names in the place of values, such as `address-3`: the same value always has the same one, so that
 * relations stay readable. Numbers are given in the order in which values are met.
 */
export class Pseudonyms {
  readonly #byValue = new Map<string, string>();
  readonly #counts = new Map<Category, number>();

  /** The pseudonym of a value. */
  of(category: Category, value: string): string {
    const key = `${category} ${value}`;
    const known = this.#byValue.get(key);
    if (known !== undefined) return known;
    const number = (this.#counts.get(category) ?? 0) + 1;
    this.#counts.set(category, number);
    const made = `${category}-${number}`;
    this.#byValue.set(key, made);
    return made;
  }

  /** How many values of each category were replaced. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** What each pseudonym stands for: for whoever made them, and nobody else. */
  get key(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      [...this.#byValue].map(([value, made]) => [made, value.slice(value.indexOf(" ") + 1)]),
    );
  }
}
