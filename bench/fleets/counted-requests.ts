import { request } from "undici";

/** Requests of the operator to the API server so far, by `verb resource`. */
export type Counts = ReadonlyMap<string, number>;

const reads = new Set(["get", "list", "watch"]);

/** Reads the operator's own count at /metrics. */
export async function countedRequests(healthPort: number): Promise<Counts> {
  const { body } = await request(`http://127.0.0.1:${healthPort}/metrics`);
  const counts = new Map<string, number>();
  for (const [, labels = "", value] of (await body.text()).matchAll(
    /^rest_client_requests_total\{(.*)\} (\S+)$/gm,
  )) {
    const label = (name: string): string =>
      new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? "";
    const key = `${label("verb")} ${label("resource")}`;
    counts.set(key, (counts.get(key) ?? 0) + Number(value));
  }
  return counts;
}

/** What was added between two counts; nothing that stayed as it was. */
export function added(before: Counts, after: Counts): Counts {
  return new Map(
    [...after]
      .map(([key, count]) => [key, count - (before.get(key) ?? 0)] as const)
      .filter(([, count]) => count !== 0),
  );
}

/** Only the writes; `but` leaves some resources out. */
export function writes(counts: Counts, but: readonly string[] = []): Counts {
  return new Map(
    [...counts].filter(([key]) => !reads.has(verbOf(key)) && !but.includes(resourceOf(key))),
  );
}

/** What several clients sent. */
export function together(...clients: readonly Counts[]): Counts {
  const keys = new Set(clients.flatMap((counts) => [...counts.keys()]));
  return new Map(
    [...keys].map((key) => [key, clients.reduce((sum, counts) => sum + (counts.get(key) ?? 0), 0)]),
  );
}

export function total(counts: Counts): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

function verbOf(key: string): string {
  return key.split(" ")[0] ?? "";
}

export function resourceOf(key: string): string {
  return key.split(" ")[1] ?? "";
}
