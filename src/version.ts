declare const PROXYFLEET_VERSION: string | undefined;

/** The version that was built; "development" when run from the sources. */
export const version = typeof PROXYFLEET_VERSION === "string" ? PROXYFLEET_VERSION : "development";

/** The proxy image that belongs to this version. */
export const defaultProxyImage = `proxyfleet/proxy:${version === "development" ? "0.1.0" : version}`;
