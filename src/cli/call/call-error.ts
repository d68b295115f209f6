import { ProxyfleetError } from "../../values/errors.ts";

/** A call that can't be understood: a flag or an operand is unknown, missing or wrong. */
export class CallError extends ProxyfleetError {}
