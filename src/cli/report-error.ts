import { ProxyfleetError } from "../values/errors.ts";

/** A call of `proxyfleet report` that can't be understood, or a report that moves nobody. */
export class ReportError extends ProxyfleetError {}
