import { clause } from "../../overview/why/cause.ts";
import type { Explained } from "../why/text.ts";
import { type Finding, failure, ok, warning } from "./finding.ts";

/** What passes by itself, or is not certain. */
const mild: ReadonlySet<string> = new Set(["Moving", "Suspected", "Other"]);

/** All that `why` finds of fleets, as findings. */
export function fleetFindings(explained: readonly Explained[]): readonly Finding[] {
  return explained.flatMap(({ namespace, name, causes }) =>
    causes.length === 0
      ? [ok("Fleet", `nothing is known to be wrong with ${namespace}/${name}`)]
      : causes.map(({ name: cause, says, fix }) => {
          const finding = mild.has(cause) ? warning : failure;
          return finding("Fleet", `${namespace}/${name}: ${clause(says)}`, fix);
        }),
  );
}
