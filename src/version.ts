declare const PROXYFLEET_VERSION: string | undefined;
declare const PROXYFLEET_COMMIT: string | undefined;

/** The version that was built; "development" when run from the sources. */
export const version = typeof PROXYFLEET_VERSION === "string" ? PROXYFLEET_VERSION : "development";

/** The commit that it was built from; empty where nobody knows. */
const commit = typeof PROXYFLEET_COMMIT === "string" ? PROXYFLEET_COMMIT : "";

/** The version, and the commit that it was built from, as a person reads them. */
export const versionText = commit === "" ? version : `${version} (commit ${commit})`;

/** What the API server's audit log calls this program. */
export const userAgent = "proxyfleet";

/** The proxy image that belongs to this version. */
export const defaultProxyImage = `proxyfleet/proxy:${version === "development" ? "0.1.0" : version}`;
