import { isDeepStrictEqual } from "node:util";
import type { WhatsAppProxySpec } from "../api/fleet.ts";
import type { Finding } from "../api/findings.ts";
import { reachability } from "../api/fleet-rotation.ts";
import { share } from "../api/fleet-traffic.ts";

type Spec = Pick<WhatsAppProxySpec, "dns" | "reachability" | "share">;

const defaults = { reachability: reachability.parse({}), share: share.parse({}) };

interface Capability {
  /** What this version does not do. */
  readonly missing: string;
  readonly remedy: string;
  /** Fields that ask for it, each with its value and what it is by default. */
  readonly fields: (spec: Spec) => Readonly<Record<string, readonly [unknown, unknown]>>;
}

const missingCapabilities: readonly Capability[] = [
  {
    missing: "makes no DNS names",
    remedy: "give groups the addresses in status.addresses",
    fields: ({ dns }) => ({ "spec.dns.hostname": [dns?.hostname, undefined] }),
  },
  {
    missing: "makes no share links",
    remedy: "give groups the addresses in status.addresses",
    fields: ({ share }) => ({ "spec.share.host": [share.host, defaults.share.host] }),
  },
  {
    missing: "has no share page",
    remedy: "report a block with the annotation proxyfleet.dev/report-blocked",
    fields: ({ reachability: { people } }) => ({
      "spec.reachability.people": [people, defaults.reachability.people],
    }),
  },
];

/** Which fields that a person set have no effect in this version, and what to do instead. */
export function fieldsWithoutEffect(spec: Spec): Finding | undefined {
  const ignored = missingCapabilities.flatMap((capability) => {
    const fields = Object.entries(capability.fields(spec))
      .filter(([, [value, usual]]) => !isDeepStrictEqual(value, usual))
      .map(([name]) => name);
    return fields.length === 0 ? [] : [{ ...capability, fields }];
  });
  if (ignored.length === 0) return undefined;
  const names = ignored.flatMap(({ fields }) => fields);
  const verb = names.length === 1 ? "has" : "have";
  const missing = ignored.map(({ missing }) => missing).join(" and ");
  const remedies = [...new Set(ignored.map(({ remedy }) => remedy))].join("; ");
  return {
    status: "True",
    reason: "NotImplemented",
    message: `${names.join(", ")} ${verb} no effect: this version of the operator ${missing}. Instead, ${remedies}. Remove what has no effect, or keep it for a later version`,
  };
}
