import quiet from "./data/quiet.json" with { type: "json" };
import scans from "./data/scans.json" with { type: "json" };
import informers from "./data/informers.json" with { type: "json" };
import networks from "./data/networks.json" with { type: "json" };
import hosting from "./data/hosting.json" with { type: "json" };
import counts from "./data/counts.json" with { type: "json" };
import probes from "./data/probes.json" with { type: "json" };
import zigzag from "./data/zigzag.json" with { type: "json" };
import ports from "./data/ports.json" with { type: "json" };
import providers from "./data/providers.json" with { type: "json" };
import office from "./data/office.json" with { type: "json" };
import protocol from "./data/protocol.json" with { type: "json" };
import freeze from "./data/freeze.json" with { type: "json" };
import throttle from "./data/throttle.json" with { type: "json" };
import outage74m from "./data/outage-74m.json" with { type: "json" };
import outage3d from "./data/outage-3d.json" with { type: "json" };
import omniscient from "./data/omniscient.json" with { type: "json" };
import iran2023 from "./data/iran-2023.json" with { type: "json" };
import russia2025 from "./data/russia-2025.json" with { type: "json" };
import china from "./data/china.json" with { type: "json" };
import { type Profile, ProfileError, parseProfile } from "./profile.ts";

/** The profiles that come with the program, as their files have them. */
export const profileFiles: readonly ProfileFile[] = [
  quiet,
  scans,
  informers,
  networks,
  hosting,
  counts,
  probes,
  zigzag,
  ports,
  providers,
  office,
  protocol,
  freeze,
  throttle,
  outage74m,
  outage3d,
  omniscient,
  iran2023,
  russia2025,
  china,
];

/** A file of a profile; `extends` names the one that gives what it leaves out. */
export interface ProfileFile {
  readonly name: string;
  readonly about: string;
  readonly extends?: string;
}

/** One of the program's own profiles. @throws ProfileError where there is none of that name */
export function builtInProfile(name: string): Profile {
  const found = profileFiles.find((file) => file.name === name);
  if (found !== undefined) return profileOf(found);
  const names = profileFiles.map((file) => file.name).join(", ");
  throw new ProfileError(
    `there is no profile "${name}": use one of ${names}, or the path of a file`,
  );
}

/** Reads a profile's file, with what it extends. @throws ProfileError that names what is wrong */
export function profileOf(given: unknown): Profile {
  return parseProfile(extended(given));
}

function extended(given: unknown): unknown {
  const { extends: base, ...own } = (given ?? {}) as Partial<ProfileFile>;
  if (base === undefined) return own;
  const found = profileFiles.find((file) => file.name === base);
  if (found === undefined) throw new ProfileError(`extends: there is no profile "${base}"`);
  return { ...(extended(found) as object), ...own };
}
