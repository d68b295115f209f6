import { z } from "zod";
import type { KubeObject } from "../kubernetes/objects.ts";
import { hours, minutes, seconds } from "../values/time.ts";
import { integer, line, objectName, timestamp } from "./common.ts";
import { conditions } from "./conditions.ts";
import { knownCountry } from "./countries.ts";
import { duration, lengthBetween, longEnough } from "./duration.ts";
import { httpsUrl } from "./https-url.ts";
import { ageColumn, dateColumn, textColumn, type Kind, type LiveMeta } from "./kind.ts";
import { parser } from "./parse.ts";
import { matching, withRules, type ValidationRule } from "./validation-rule.ts";

/** What can measure, by the field of the spec that asks for it. */
export const sourceFields = ["globalping", "checkHost", "agent", "http"] as const;
export type SourceField = (typeof sourceFields)[number];

/** How often a vantage point may measure. */
const intervals = { least: seconds(30), leastPublic: minutes(1), most: hours(24) };

const tokenSecretRef = z.object({
  name: objectName().describe("Name of the Secret, in the operator's namespace."),
  key: withRules(
    line(253, 1),
    matching(/^[-._a-zA-Z0-9]+$/, "must be a key of a Secret: letters, digits, '-', '_' and '.'"),
  )
    .default("token")
    .describe("Key of the token in the Secret. Default: token."),
});

const probes = (): z.ZodDefault<z.ZodInt> =>
  integer(1, 50)
    .default(3)
    .describe("Probes of the country that take part in each test, 1 to 50. Default: 3.");

const globalping = z.object({
  limit: probes(),
  tokenSecretRef: tokenSecretRef
    .exactOptional()
    .describe("A token of dash.globalping.io, for more tests an hour. Default: none."),
});

const checkHost = z.object({ limit: probes() });

const agent = z.object({
  tokenSecretRef: tokenSecretRef.describe("The token that the agent shows."),
});

const http = z.object({
  url: httpsUrl().describe("Where the checker is asked: https, and no private address."),
  tokenSecretRef: tokenSecretRef
    .exactOptional()
    .describe("A token that the checker asks for. Default: none."),
});

const fields = z.object({
  country: knownCountry().describe("The country that it measures from, ISO 3166-1 alpha-2."),
  asn: integer(1, 4_294_967_294)
    .exactOptional()
    .describe("Number of the network (autonomous system) that it measures from. Default: any."),
  role: z
    .enum(["Probe", "Control"])
    .default("Probe")
    .describe(
      "Probe: where the censor may be. Control: where no censor is; it shows whether an address works at all. Default: Probe.",
    ),
  interval: withRules(duration(), lengthBetween(intervals.least, intervals.most))
    .default("10m")
    .describe("How often it measures, 30s to 24h. Default: 10m."),
  globalping: globalping
    .exactOptional()
    .describe("Measures through Globalping: TCP and TLS. Exactly one source must be given."),
  checkHost: checkHost
    .exactOptional()
    .describe("Measures through check-host.net: TCP only, and its results are public."),
  agent: agent
    .exactOptional()
    .describe("A volunteer in the country runs `proxyfleet probe`, which sends its results."),
  http: http.exactOptional().describe("Asks a checker service of your own."),
});

type VantagePointFields = z.output<typeof fields>;

const celCount = sourceFields.map((field) => `(has(self.${field}) ? 1 : 0)`).join(" + ");

const oneSource: ValidationRule<VantagePointFields> = {
  cel: `${celCount} == 1`,
  holds: (spec) => given(spec).length === 1,
  message: `has no source, or several: write exactly one of ${sourceFields.join(", ")}`,
};

/**
 * What a control says outweighs every probe: it must be asked by us, and can't be what any person
 * sends.
 */
const noAgentAsControl: ValidationRule<VantagePointFields> = {
  cel: "self.role != 'Control' || !has(self.agent)",
  holds: (spec) => spec.role !== "Control" || spec.agent === undefined,
  message:
    "can't be Control for an agent, since one person's word would outweigh all probes: use globalping, checkHost or http for a control",
  field: "role",
};

/** Services that are there for everybody are asked less often than our own. */
const sparesPublicServices = longEnough<VantagePointFields, "interval">(
  "interval",
  intervals.leastPublic,
  {
    cel: "has(self.globalping) || has(self.checkHost)",
    holds: (spec) => spec.globalping !== undefined || spec.checkHost !== undefined,
    message: "must be at least 1m for globalping and checkHost, which are there for everybody",
  },
);

/** A place that measures, as an admin writes it. */
export const vantagePointSpec = withRules(
  fields,
  oneSource,
  noAgentAsControl,
  sparesPublicServices,
);

/** A vantage point's status, which the operator writes. */
export const vantagePointStatus = z.object({
  observedGeneration: integer(0, Number.MAX_SAFE_INTEGER)
    .exactOptional()
    .describe("The generation of the spec that this status refers to."),
  source: z
    .enum(sourceFields)
    .exactOptional()
    .describe("What measures: globalping, checkHost, agent or http."),
  conditions: conditions(),
  lastResult: timestamp()
    .exactOptional()
    .describe("When results came last, in whole minutes; written every ten minutes at most."),
  results: integer(0, 2 ** 31 - 1)
    .exactOptional()
    .describe("How many tests of ports that round had results of."),
});

/** A vantage point's name stands in messages, in metrics, and in what its agent asks for. */
const vantagePointName = withRules(
  line(253, 1),
  {
    cel: "size(self) <= 63",
    holds: (name) => name.length <= 63,
    message: "must have at most 63 characters: choose a shorter name",
  },
  matching(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    "must hold only small letters, digits and '-' (no '.'): choose another name",
  ),
);

export type VantagePointSpec = z.output<typeof vantagePointSpec>;
export type VantagePointStatus = z.output<typeof vantagePointStatus>;
export type TokenSecretRef = z.output<typeof tokenSecretRef>;

/** Somewhere that measurements come from. */
export interface VantagePoint extends KubeObject {
  kind: "VantagePoint";
  metadata: LiveMeta;
  spec: VantagePointSpec;
  status: VantagePointStatus;
}

/** The kind as the API server and kubectl know it. */
export const vantagePointKind = {
  kind: "VantagePoint",
  plural: "vantagepoints",
  singular: "vantagepoint",
  shortName: "wavp",
  scope: "Cluster",
  description:
    "A place that measures whether published addresses are reachable: a public service, a checker of your own, or a volunteer's agent.",
  name: vantagePointName,
  spec: vantagePointSpec,
  status: vantagePointStatus,
  columns: [
    textColumn("Country", ".spec.country", "The country that it measures from."),
    textColumn("Source", ".status.source", "What measures."),
    textColumn("Role", ".spec.role", "Probe, or Control where no censor is."),
    textColumn(
      "Working",
      '.status.conditions[?(@.type=="Working")].status',
      "Whether measurements come from it.",
    ),
    dateColumn("Last Result", ".status.lastResult", "Time since results came last."),
    ageColumn,
  ],
} satisfies Kind;

/** Reads a vantage point that the API server or a person gave us. */
export const parseVantagePoint = parser<VantagePoint>(vantagePointKind);

function given(spec: VantagePointFields): readonly SourceField[] {
  return sourceFields.filter((field) => spec[field] !== undefined);
}

/** What measures; the first one given, should there be several. */
export function sourceOfSpec(spec: VantagePointSpec): SourceField {
  const [field = "http"] = given(spec);
  return field;
}

/** The token that its source shows or expects; undefined where it needs none. */
export function tokenRefOf(spec: VantagePointSpec): TokenSecretRef | undefined {
  return (spec.globalping ?? spec.agent ?? spec.http)?.tokenSecretRef;
}
