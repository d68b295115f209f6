import type { FieldSchema } from "../../kubernetes/declared-fields.ts";
import type { NetworkPolicy } from "../../kubernetes/objects.ts";
import type { Overview } from "../../overview/overview.ts";

/** What the doctor has seen of a cluster, as plain data. */
export interface Seen {
  /** `v1.36.0`. */
  readonly kubernetes: string;
  /** API groups that the server has, such as `metallb.io`. */
  readonly groups: ReadonlySet<string>;
  /** Where clouds run nodes: the beginning of their provider ids; undefined: unreadable. */
  readonly clouds: ReadonlySet<string> | undefined;
  /** What the server declares of each of our kinds; undefined: it has no such kind. */
  readonly schemas: ReadonlyMap<string, FieldSchema | undefined>;
  readonly rights: readonly AskedRight[];
  /** The namespace of the fleets. */
  readonly namespace: string;
  readonly podTrial: PodTrial;
  /** Where the operator is, or would be. */
  readonly operatorNamespace: string;
  /** Policies in the operator's namespace; undefined: unreadable. */
  readonly operatorPolicies: readonly NetworkPolicy[] | undefined;
  /** How many cluster-wide policies of each kind there are, by their plural; undefined: unreadable. */
  readonly clusterPolicies: ReadonlyMap<string, number | undefined>;
  /** Undefined where fleets can't be read, or are no kind of the cluster. */
  readonly overview: Overview | undefined;
  /** Fleets that want DNS names, as `namespace/name`. */
  readonly namedFleets: readonly string[];
}

/** A right, and whether whoever asks has it. */
export interface AskedRight {
  /** As a person reads it. */
  readonly text: string;
  readonly isAllowed: boolean;
}

/** What the server said of a pod like those of fleets, which it was only asked to check. */
export type PodTrial =
  | { readonly end: "Accepted" }
  | { readonly end: "Refused"; readonly words: string }
  | { readonly end: "NoNamespace" }
  | { readonly end: "NotTried"; readonly why: string };
