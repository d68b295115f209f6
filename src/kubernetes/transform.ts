import type { KubeObject, ObjectMeta } from "./objects.ts";

/**
 * What a cache keeps of an object: it may leave out what nobody here reads or compares. Given what
 * was kept it changes nothing.
 */
export type Keep<T extends KubeObject> = (object: T) => T;

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * Leaves out what no controller reads of any kind, and what takes the most memory: the server's and
 * kubectl's own notes.
 */
export function withoutNotes<T extends KubeObject>(object: T): T {
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
