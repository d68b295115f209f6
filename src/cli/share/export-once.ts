import { ApiError, ApiUnreachableError } from "../../kubernetes/errors.ts";
import { explainError } from "../../values/errors.ts";
import { type Reader, readShareSecret } from "./fleet-links.ts";
import { type PageExport, counted } from "./page-export.ts";
import { ShareError } from "./share-error.ts";
import { SiteError } from "./site.ts";
import { type FleetKey, fleetText, secretText } from "./without-links.ts";

export interface OnceOptions {
  readonly client: Reader;
  readonly pages: PageExport;
  readonly print: (line: string) => void;
  /** For people: what could not be done. */
  readonly say: (message: string) => void;
}

/**
 * Writes the pages of these fleets once. One that can't be read keeps its pages, and hinders no
 * other. @returns whether all were read and written
 */
export async function exportOnce(
  fleets: readonly FleetKey[],
  options: OnceOptions,
): Promise<boolean> {
  let isComplete = true;
  for (const key of fleets) isComplete = (await exportFleet(key, options)) && isComplete;
  options.print(`${counted(options.pages.pages)} in place`);
  return isComplete;
}

async function exportFleet(key: FleetKey, { client, pages, say }: OnceOptions): Promise<boolean> {
  try {
    const data = await readShareSecret(client, key);
    await pages.take(key, data);
    if (data === undefined) say(`there is no ${secretText(key)}: ${fleetText(key)} has no pages`);
    return data !== undefined;
  } catch (error) {
    if (!isExpected(error)) throw error;
    say(explainError(error));
    return false;
  }
}

function isExpected(error: unknown): boolean {
  return [ShareError, SiteError, ApiError, ApiUnreachableError].some(
    (kind) => error instanceof kind,
  );
}
