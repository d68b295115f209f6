import type { z } from "zod";
import { bundleOutput } from "./bundle.ts";
import { doctorOutput } from "./doctor.ts";
import { historyOutput } from "./history.ts";
import { simulateOutput } from "./simulate.ts";
import { statusOutput } from "./status.ts";
import { whyOutput } from "./why.ts";

/** The schema of what each command prints with `-o json`, by the command's name. */
export const outputs: Readonly<Record<string, z.ZodType>> = {
  bundle: bundleOutput,
  doctor: doctorOutput,
  history: historyOutput,
  simulate: simulateOutput,
  status: statusOutput,
  why: whyOutput,
};
