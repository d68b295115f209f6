/** The rows of a long list that are drawn: from `first` on, before `end`. */
export interface Drawn {
  readonly first: number;
  readonly end: number;
}

interface Scrolled {
  readonly count: number;
  /** Of one row, in CSS pixels. */
  readonly height: number;
  readonly top: number;
  readonly view: number;
}

/** Rows beyond the edge, so that none is missing while it scrolls. */
const beyond = 6;

/** Which rows of a scrolled list can be seen. */
export function drawnRows({ count, height, top, view }: Scrolled): Drawn {
  const first = Math.max(0, Math.floor(top / height) - beyond);
  const end = Math.min(count, Math.ceil((top + view) / height) + beyond);
  return { first: Math.min(first, end), end };
}

/** Where the list has to stand so that a row is seen whole; as it stands, if it is. */
export function topFor(row: number, { height, top, view }: Omit<Scrolled, "count">): number {
  if (row * height < top) return row * height;
  return Math.max(top, (row + 1) * height - view);
}
