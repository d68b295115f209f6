import type { z } from "zod";
import type { ObjectMeta } from "../kubernetes/objects.ts";

/** A column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: "string" | "integer" | "date";
  readonly jsonPath: string;
  readonly description: string;
}

/** One kind of ours: its names, its schemas, and how kubectl shows it. */
export interface Kind {
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortName: string;
  readonly scope: "Namespaced" | "Cluster";
  readonly description: string;
  readonly name: z.ZodString;
  readonly spec: z.ZodObject;
  readonly status: z.ZodObject;
  readonly columns: readonly PrinterColumn[];
  readonly scale?: {
    readonly specReplicasPath: string;
    readonly statusReplicasPath: string;
    readonly labelSelectorPath: string;
  };
}

/** Metadata of an object that the API server gave us: what it always has is there. */
export type LiveMeta = ObjectMeta &
  Required<Pick<ObjectMeta, "uid" | "resourceVersion" | "generation" | "creationTimestamp">>;

/** A column of text. */
export const textColumn = (name: string, jsonPath: string, description: string): PrinterColumn => ({
  name,
  type: "string",
  jsonPath,
  description,
});

/** A column of whole numbers. */
export const numberColumn = (
  name: string,
  jsonPath: string,
  description: string,
): PrinterColumn => ({
  name,
  type: "integer",
  jsonPath,
  description,
});

/** A column that shows how long ago something was. */
export const dateColumn = (name: string, jsonPath: string, description: string): PrinterColumn => ({
  name,
  type: "date",
  jsonPath,
  description,
});

/** The column that every list of ours ends with. */
export const ageColumn: PrinterColumn = {
  name: "Age",
  type: "date",
  jsonPath: ".metadata.creationTimestamp",
  description: "Time since it was made.",
};
