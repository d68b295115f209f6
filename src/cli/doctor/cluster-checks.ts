import { crdOf } from "../../api/crd.ts";
import { kinds } from "../../api/kinds.ts";
import type { FieldSchema } from "../../kubernetes/declared-fields.ts";
import { spokenTime } from "../../values/time.ts";
import { type Finding, failure, ok, unknown, warning } from "./finding.ts";
import { podTrialFinding } from "./pod-trial.ts";
import type { Seen } from "./seen.ts";
import { balancerFindings } from "./balancers.ts";
import { policyFindings } from "./policies.ts";

type Check = (seen: Seen) => readonly Finding[];

const checks: readonly Check[] = [
  kubernetesVersion,
  crds,
  operator,
  rights,
  balancerFindings,
  (seen) => [podTrialFinding(seen.podTrial, seen.namespace)],
  policyFindings,
  dns,
  limits,
];

/** What is found of a cluster as a whole, with or without Proxyfleet in it. */
export function clusterFindings(seen: Seen): readonly Finding[] {
  return checks.flatMap((check) => check(seen));
}

const leastMinor = 31;

function kubernetesVersion({ kubernetes }: Seen): readonly Finding[] {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(kubernetes) ?? [];
  if (major === undefined || minor === undefined)
    return [
      unknown("Kubernetes", `its version "${kubernetes}" can't be read`, "see kubectl version"),
    ];
  if (Number(major) > 1 || Number(minor) >= leastMinor) return [ok("Kubernetes", kubernetes)];
  const fix = `upgrade the cluster to 1.${leastMinor} or later`;
  return [failure("Kubernetes", `${kubernetes} is too old for Proxyfleet`, fix)];
}

const applyCrds = "apply the CRDs of the operator's version (docs/install.md)";

/** Which version the CRDs are of shows only in their fields: all serve v1alpha1. */
function crds({ schemas }: Seen): readonly Finding[] {
  const absent = kinds.filter(({ plural }) => schemas.get(plural) === undefined);
  if (absent.length === kinds.length)
    return [ok("CRDs", "Proxyfleet's kinds are not installed yet: docs/install.md says how")];
  if (absent.length > 0)
    return [
      failure("CRDs", `the cluster lacks ${absent.map(({ kind }) => kind).join(", ")}`, applyCrds),
    ];
  const older = kinds.flatMap((kind) =>
    missingFields(ownSchema(kind), schemas.get(kind.plural), kind.kind),
  );
  const newer = kinds.flatMap((kind) =>
    missingFields(schemas.get(kind.plural), ownSchema(kind), kind.kind),
  );
  if (older.length > 0)
    return [
      failure("CRDs", `they are older than this program: they lack ${few(older)}`, applyCrds),
    ];
  if (newer.length > 0)
    return [
      warning(
        "CRDs",
        `they are newer than this program, which does not know ${few(newer)}`,
        "use the program of the operator's version",
      ),
    ];
  return [ok("CRDs", "of this program's version")];
}

function ownSchema(kind: (typeof kinds)[number]): FieldSchema {
  const { versions } = crdOf(kind).spec as {
    readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: FieldSchema } }[];
  };
  return versions[0]?.schema.openAPIV3Schema ?? {};
}

/** Paths of fields that the first schema has, and the second lacks. */
function missingFields(
  has: FieldSchema | undefined,
  lacks: FieldSchema | undefined,
  path: string,
): readonly string[] {
  if (has === undefined || lacks === undefined) return [];
  const fields = Object.entries(has.properties ?? {}).flatMap(([name, field]) => {
    // What every object has is described by the server, and not by us.
    if (name === "metadata") return [];
    const other = lacks.properties?.[name];
    const here = `${path}.${name}`;
    return other === undefined ? [here] : missingFields(field, other, here);
  });
  return [...fields, ...missingFields(has.items, lacks.items, path)];
}

function few(names: readonly string[]): string {
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  return `${names.slice(0, 3).join(", ")}${more}`;
}

function operator({ overview, operatorNamespace }: Seen): readonly Finding[] {
  const found = overview?.operator;
  switch (found?.state) {
    case "Alive":
      return [ok("Operator", `it runs in ${found.namespace}`)];
    case "Silent":
      return [
        failure(
          "Operator",
          `it has not renewed its Lease in ${found.namespace} since ${spokenTime(found.renewedAt)}`,
          `see kubectl get pods -n ${found.namespace} and kubectl logs deployment/proxyfleet -n ${found.namespace}`,
        ),
      ];
    case "NotSeen":
      return [
        warning(
          "Operator",
          "there is no Lease of one",
          `install it (docs/install.md), or see kubectl get pods -n ${operatorNamespace}`,
        ),
      ];
    case "Unknown":
      return [
        unknown("Operator", "you may not list Leases", "ask for that right, or ask whoever has it"),
      ];
    case undefined:
      return [];
  }
}

function rights({ rights: asked }: Seen): readonly Finding[] {
  const absent = asked.filter(({ isAllowed }) => !isAllowed);
  if (absent.length === 0) return [ok("Rights", "you have all that you need here")];
  return absent.map(({ text }) =>
    warning(
      "Rights",
      `you have no right to ${text}`,
      "ask an admin for a role with it (docs/rights.md)",
    ),
  );
}

const dnsGroup = "externaldns.k8s.io";

function dns({ groups, namedFleets }: Seen): readonly Finding[] {
  if (groups.has(dnsGroup)) return [ok("DNS", "ExternalDNS's kind DNSEndpoint is there")];
  if (namedFleets.length === 0) return [ok("DNS", "no fleet here wants DNS names")];
  return [
    failure(
      "DNS",
      `${few(namedFleets)} want DNS names, and the cluster has no kind DNSEndpoint`,
      "install ExternalDNS with its CRD (docs/names.md), or remove spec.dns",
    ),
  ];
}

/** How many files and how much memory a pod has is known only inside of it. */
function limits({ overview }: Seen): readonly Finding[] {
  const fleets = overview?.fleets.filter(({ pods }) => pods.ready > 0) ?? [];
  if (fleets.length === 0)
    return [
      unknown(
        "Limits",
        "how many files a pod may open is known only once a pod of a fleet runs",
        "ask again then",
      ),
    ];
  const tight = fleets.flatMap(({ namespace, name, troubles }) =>
    troubles
      .filter(({ type }) => type === "LimitsApplied")
      .map(({ message }) =>
        warning(
          "Limits",
          `${namespace}/${name}: ${message}`,
          "see docs/conditions.md, LimitsApplied",
        ),
      ),
  );
  return tight.length > 0
    ? tight
    : [ok("Limits", "pods hold as many connections as their fleets ask for")];
}
