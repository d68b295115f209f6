import { CallError } from "./call-error.ts";

/** A fleet as people name it. */
export interface FleetName {
  readonly namespace: string;
  readonly name: string;
}

/** Reads `FLEET` or `NAMESPACE/FLEET`. @param namespace what `-n` says. @throws CallError */
export function readFleetName(
  text: string,
  namespace: string | undefined,
  usual: string,
): FleetName {
  const [first = "", second, ...more] = text.split("/");
  if (first === "" || second === "" || more.length > 0)
    throw new CallError(`"${text}" names no fleet: write NAME or NAMESPACE/NAME`);
  if (second === undefined) return { namespace: namespace ?? usual, name: first };
  if (namespace !== undefined && namespace !== first)
    throw new CallError(`"${text}" is in another namespace than -n ${namespace}: leave out one`);
  return { namespace: first, name: second };
}

/** Reads the number of a slot. @throws CallError */
export function readSlot(text: string): number {
  if (/^[0-9]{1,2}$/.test(text) && Number(text) < 64) return Number(text);
  throw new CallError(`"${text}" is no slot: give a whole number from 0 to 63`);
}
