import type { WhatsAppProxy } from "../../api/fleet.ts";
import { rotateAtAnnotation } from "../../api/names.ts";
import type { Patch } from "../../kubernetes/client.ts";
import { SteeringError } from "./change-fleet.ts";

/**
 * The annotation that asks for a move of one slot, or of all.
 * @param time another one for each request: the operator answers each text once
 * @throws SteeringError where nothing would come of it
 */
export function rotationRequest(
  { metadata, spec, status }: WhatsAppProxy,
  slot: number | undefined,
  time: string,
): Patch["change"] {
  const where = `${metadata.namespace}/${metadata.name}`;
  if (metadata.deletionTimestamp !== undefined)
    throw new SteeringError(`${where} is being deleted: nothing moves there`);
  if (slot !== undefined && slot >= spec.addresses.count)
    throw new SteeringError(
      `${where} has no slot ${slot}: it has ${spec.addresses.count}, from 0 on`,
    );
  const open = metadata.annotations?.[rotateAtAnnotation] ?? "";
  if (open !== "" && open !== status.lastHandledRotateAt)
    throw new SteeringError(
      `${where} has a request that is not carried out yet ("${open}"), and a new one would take its place. kubectl proxyfleet why ${metadata.name} -n ${metadata.namespace} says what it waits for`,
    );
  const text = slot === undefined ? time : `${slot}@${time}`;
  return { metadata: { annotations: { [rotateAtAnnotation]: text } } };
}
