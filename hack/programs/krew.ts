import { type Platform, archiveName, programFile } from "./platforms.ts";

/** An archive that a release has. */
export interface Archive {
  readonly platform: Pick<Platform, "os" | "arch">;
  /** In lower-case hex. */
  readonly sha256: string;
}

/** URLs without a slash at the end. */
interface Places {
  /** Of the project. */
  readonly home: string;
  /** Where the archives of the release are. */
  readonly base: string;
}

/**
 * What Krew, the manager of kubectl's plugins, installs from (Krew documentation, "Writing a plugin
 * manifest").
 */
export function krewManifest(
  version: string,
  { home, base }: Places,
  archives: readonly Archive[],
): object {
  return {
    apiVersion: "krew.googlecontainertools.github.com/v1alpha2",
    kind: "Plugin",
    metadata: { name: "proxyfleet" },
    spec: {
      version: `v${version}`,
      homepage: home,
      shortDescription: "See and steer fleets of WhatsApp proxies",
      description:
        "Shows who is cut off from WhatsApp, since when, why, and what helps, for fleets of the\nProxyfleet operator; and steers them. It asks the cluster with your own rights.\n",
      caveats:
        "For completion, make a link named kubectl_complete-proxyfleet to kubectl-proxyfleet,\nin a folder of your PATH.\n",
      platforms: archives.map(({ platform, sha256 }) => ({
        selector: { matchLabels: { os: platform.os, arch: platform.arch } },
        uri: `${base}/${archiveName(version, platform)}`,
        sha256,
        bin: programFile(platform),
      })),
    },
  };
}
