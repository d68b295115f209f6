/** Writes times for people of one language. */
export interface Times {
  /** In the viewer's zone: `29 Nov 2026, 15:30`. */
  readonly local: (at: number) => string;
  /** `29 Nov 2026, 12:00 UTC`. */
  readonly utc: (at: number) => string;
  /** Short, for an axis. @param spanMs of the whole axis */
  readonly tick: (at: number, spanMs: number) => string;
  readonly number: (value: number, digits?: number) => string;
}

const day = 86_400_000;

/** @param zone as IANA names it; undefined: the browser's own */
export function timesIn(language: string, zone?: string): Times {
  const both = { dateStyle: "medium", timeStyle: "short" } as const;
  const inZone = zone === undefined ? {} : { timeZone: zone };
  const local = new Intl.DateTimeFormat(language, { ...both, ...inZone });
  const utc = new Intl.DateTimeFormat(language, { ...both, timeZone: "UTC" });
  const hour = new Intl.DateTimeFormat(language, { timeStyle: "short", ...inZone });
  const date = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", ...inZone });
  return {
    local: (at) => local.format(at),
    utc: (at) => `${utc.format(at)} UTC`,
    tick: (at, span) => (span > 2 * day ? date.format(at) : hour.format(at)),
    number: (value, digits = 0) =>
      new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value),
  };
}
