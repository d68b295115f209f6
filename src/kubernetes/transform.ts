import type { KubeObject, ObjectMeta } from "./objects.ts";

/**
 * Changes an object before a cache holds it, as client-go's TransformFunc does: it may leave out
 * what nobody here reads or compares. Applied to its own result it changes nothing.
 */
export type Transform<T extends KubeObject> = (object: T) => T;

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * Leaves out managedFields and kubectl's last applied configuration: no controller reads them, and
 * they take the most memory.
 */
export function stripBookkeeping<T extends KubeObject>(object: T): T {
  // Copied and not deleted: V8 turns an object that lost a member into a hash table several times
  // its size.
  const {
    managedFields: _,
    annotations,
    ...metadata
  }: ObjectMeta & { managedFields?: unknown } = object.metadata;
  return {
    ...object,
    metadata:
      annotations === undefined
        ? metadata
        : { ...metadata, annotations: withoutLastApplied(annotations) },
  };
}

function withoutLastApplied(annotations: Record<string, string>): Record<string, string> {
  if (!(lastApplied in annotations)) return annotations;
  const { [lastApplied]: _, ...others } = annotations;
  return others;
}
