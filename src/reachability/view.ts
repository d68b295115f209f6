import { shortened } from "../values/shortened.ts";
import type { CountrySight } from "./sight.ts";
import type { AddressVerdict, CountryHold, VerdictInput } from "./verdict-input.ts";
import type { PortCase } from "./weigh.ts";

/** What one verdict follows from. */
export interface View {
  readonly input: VerdictInput;
  readonly country: string;
  readonly sight: CountrySight;
  readonly cases: readonly PortCase[];
  readonly before: AddressVerdict | undefined;
  readonly hold: CountryHold | undefined;
}

/** Gives a verdict where it applies. */
export type Rule = (view: View) => AddressVerdict | undefined;

/** Whether those that no censor sits in front of can't reach the address either. */
export function doControlsFail({ cases }: View): boolean {
  return (
    cases.some(({ control }) => control === "Fails") &&
    cases.every(({ control }) => control !== "Works")
  );
}

/** A verdict's message has room for 1024 characters; what people wrote may be long. */
export function cut(message: string): string {
  return shortened(message, 512);
}
