import { z } from "zod";
import { ProxyfleetError } from "../../values/errors.ts";
import { parseDuration } from "../../values/time.ts";

/** A profile can't be read: the message names the field. */
export class ProfileError extends ProxyfleetError {}

/** A figure, and where it was read, or that it is a guess. */
function figure<T extends z.ZodType>(value: T) {
  return z
    .strictObject({ value, source: z.string().min(1) })
    .transform((given) => (given as { value: z.output<T> }).value);
}

const duration = z.string().transform((text, context) => {
  try {
    return parseDuration(text);
  } catch {
    context.addIssue(`"${text}" is no duration: write for example 90m or 12h`);
    return z.NEVER;
  }
});
const share = z.number().min(0).max(1);
const hourOfDay = z.number().min(0).max(24);

const effect = z.enum(["Dropped", "Reset", "Frozen", "Slow"]);

const list = z.strictObject({
  effect: figure(effect),
  delayMean: figure(duration),
  office: figure(z.tuple([hourOfDay, hourOfDay])).exactOptional(),
  lapse: figure(duration).exactOptional(),
  ispDelay: figure(duration).exactOptional(),
  portFirst: figure(z.boolean()).exactOptional(),
  networkAfter: figure(z.int().min(1)).exactOptional(),
  providerAfter: figure(z.int().min(1)).exactOptional(),
});

const finders = z.strictObject({
  scans: z.strictObject({ every: figure(duration), recognises: figure(share) }).exactOptional(),
  counts: z.strictObject({ clients: figure(z.int().min(2)) }).exactOptional(),
  probes: z
    .strictObject({
      inspects: figure(share),
      recognises: figure(share),
      within: figure(duration),
    })
    .exactOptional(),
  informers: z.strictObject({ within: figure(duration), groups: figure(share) }).exactOptional(),
  zigzag: z
    .strictObject({ clients: figure(z.int().min(1)), follows: figure(duration) })
    .exactOptional(),
  omniscience: z.boolean().exactOptional(),
});

const spell = z.strictObject({
  kind: z.enum(["outage", "protocol", "freeze", "throttle"]),
  after: duration,
  lasts: duration,
  hosting: z.int().min(0).exactOptional(),
  source: z.string().min(1),
});

const habits = z.strictObject({
  prompt: figure(share),
  late: figure(share),
  promptMean: figure(duration),
  lateMean: figure(duration),
  noticeMean: figure(duration),
  lookAgainMean: figure(duration),
  helpMean: figure(duration),
  giveUpAfter: figure(duration),
  giveUpChance: figure(share),
  comeBackMean: figure(duration),
  reports: figure(share),
});

const profile = z.strictObject({
  name: z.string().min(1).max(64),
  about: z.string().min(1),
  country: z.string().regex(/^[A-Z]{2}$/),
  utcOffset: figure(duration),
  activity: figure(z.array(share).length(24)),
  isps: figure(z.array(z.strictObject({ name: z.string().min(1), share })).min(1)),
  groupSizes: figure(z.array(z.int().min(1).max(10_000)).min(1)),
  habits,
  list,
  finders,
  spells: z.array(spell),
});

/** A country at one time: its people and its censor. Each figure in the file has its source. */
export type Profile = z.output<typeof profile>;

/** Reads a profile. @throws ProfileError that names the first field which is wrong */
export function parseProfile(given: unknown): Profile {
  const parsed = profile.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ProfileError(`profile: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
}

/** Every figure of a profile's file with its source, by its path. */
export function sourcesOf(given: unknown, path = ""): readonly (readonly [string, string])[] {
  if (typeof given !== "object" || given === null) return [];
  const { source } = given as { source?: unknown };
  if (typeof source === "string") return [[path, source]];
  return Object.entries(given).flatMap(([key, value]) =>
    sourcesOf(value, path === "" ? key : `${path}.${key}`),
  );
}
