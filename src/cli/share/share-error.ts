import { ProxyfleetError } from "../../values/errors.ts";

/** A call of `proxyfleet share` that can't be understood, or links that can't be had. */
export class ShareError extends ProxyfleetError {}
