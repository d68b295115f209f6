import {
  ApiError,
  ConflictError,
  NotFoundError,
  type ErrorDetails,
} from "../../kubernetes/errors.ts";
import { type ObjectKey, type Resource, keyText } from "../../kubernetes/resource.ts";
import type { KubeObject } from "../../kubernetes/objects.ts";

/** One call to the server, as errors and faults name it. */
export interface Call {
  readonly verb: "get" | "list" | "create" | "apply" | "patch" | "delete" | "evict";
  /** The plural, with the subresource if there is one. */
  readonly resource: string;
  /** `namespace/name`, or only `name`; empty for a list. */
  readonly key: string;
}

/** Puts a call in words, as the client's errors do. */
export function callOf(
  verb: Call["verb"],
  of: Resource<KubeObject>,
  { key, subresource }: { readonly key?: ObjectKey; readonly subresource?: string | undefined },
): Call {
  const resource = subresource === undefined ? of.plural : `${of.plural}/${subresource}`;
  return { verb, resource, key: key === undefined ? "" : keyText(key) };
}

function words({ verb, resource, key }: Call): string {
  return `${verb} ${resource} ${key}`;
}

/** 404 */
export function notFound(call: Call): NotFoundError {
  const message = `${call.resource} "${call.key}" not found`;
  return new NotFoundError(words(call), { status: 404, reason: "NotFound", message });
}

/** 409: the name is taken. */
export function alreadyExists(call: Call): ConflictError {
  const message = `${call.resource} "${call.key}" already exists`;
  return new ConflictError(words(call), { status: 409, reason: "AlreadyExists", message });
}

/** 409: the object is not the one, or not the state, that the call was made for. */
export function conflict(call: Call, why: string): ConflictError {
  const message = `Operation cannot be fulfilled on ${call.resource} "${call.key}": ${why}`;
  return new ConflictError(words(call), { status: 409, reason: "Conflict", message });
}

/** 422: the object is not allowed. */
export function invalid(call: Call, why: string): ApiError {
  const message = `${call.resource} "${call.key}" is invalid: ${why}`;
  return new ApiError(words(call), { status: 422, reason: "Invalid", message });
}

/** Any other refusal, in the server's words. */
export function refused(call: Call, refusal: ErrorDetails): ApiError {
  return refusal.status === 409
    ? new ConflictError(words(call), refusal)
    : new ApiError(words(call), refusal);
}
