import { useEffect, useState } from "preact/hooks";
import type { FleetDetails } from "../wire.ts";
import { headersOf } from "./follow.ts";

/** What is known of the fleet that was chosen. */
export type Found =
  | { readonly kind: "Loading" }
  | { readonly kind: "Gone" }
  | { readonly kind: "Found"; readonly details: FleetDetails };

/** Between two tries where the operator has no time (ms). */
const againMs = 3000;

/** Reads a fleet's details whenever its version is another one; what was read before stays until then. */
export function useDetails(
  key: string,
  version: string | undefined,
  token: string | undefined,
): Found {
  const [found, set] = useState<Found & { readonly of?: string }>({ kind: "Loading" });
  useEffect(() => {
    const stop = new AbortController();
    void read(key, { token, stop: stop.signal, found: (next) => set({ ...next, of: key }) });
    return () => stop.abort();
  }, [key, version, token]);
  return found.of === key ? found : { kind: "Loading" };
}

interface Reading {
  readonly token: string | undefined;
  readonly stop: AbortSignal;
  readonly found: (found: Found) => void;
}

async function read(key: string, reading: Reading): Promise<void> {
  const { token, stop, found } = reading;
  while (!stop.aborted) {
    try {
      const response = await fetch(`api/fleets/${key}`, {
        headers: headersOf(token),
        cache: "no-store",
        signal: stop,
      });
      if (response.status === 404) return found({ kind: "Gone" });
      if (response.ok)
        return found({ kind: "Found", details: (await response.json()) as FleetDetails });
    } catch {
      // It was given up, or the line was cut: the loop looks at which.
    }
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
}
