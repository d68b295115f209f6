import { overviewOf } from "../../overview/overview.ts";
import type { Observed } from "../../overview/observed.ts";
import type { FleetOverview } from "../../overview/fleet.ts";
import { fleetLabel } from "../../api/names.ts";
import { formatInstant } from "../../values/time.ts";
import { learn } from "../redact/learn.ts";
import { redactedLog, redactedObject } from "../redact/objects.ts";
import { type Kept, Redactor } from "../redact/redactor.ts";
import { statusJson } from "../status/json.ts";
import { explain } from "../why/explain.ts";
import { whyJson } from "../why/text.ts";
import { contentsText } from "./contents.ts";
import type { Gathered } from "./read.ts";

/** One file of a bundle. */
export interface BundleFile {
  readonly name: string;
  readonly content: string;
}

/** A bundle, before it is packed. */
export interface Bundle {
  readonly files: readonly BundleFile[];
  /** How many values were replaced, by what they are. */
  readonly replaced: Readonly<Record<string, number>>;
  /** What pseudonyms stand for: never a part of the bundle. */
  readonly key: Readonly<Record<string, string>>;
}

/** The files of a bundle, from what was read. @param program the version of this program */
export function bundleFiles(gathered: Gathered, kept: Kept, program: string): Bundle {
  const parts = partsOf(gathered, program);
  const redactor = new Redactor(learn(parts.map(({ data }) => data)), kept);
  const json = parts.map(({ name, data }) => ({
    name,
    content: `${JSON.stringify(redactedObject(redactor, data), undefined, 2)}\n`,
  }));
  const logs = gathered.logs.map(({ pod, container, isPrevious, text }) => ({
    name: `logs/${redactor.text(pod)}-${redactor.text(container)}${isPrevious ? "-before" : ""}.log`,
    content: redactedLog(redactor, text),
  }));
  const { counts, key } = redactor.pseudonyms;
  const files = [...json, ...unique(logs)];
  const contents = {
    name: "contents.txt",
    content: contentsText(files, { kept, counts, missing: gathered.missing, program }),
  };
  return { files: [contents, ...files], replaced: counts, key };
}

interface Part {
  readonly name: string;
  readonly data: object;
}

function partsOf(gathered: Gathered, program: string): readonly Part[] {
  const { observed, operator, vantagePoints, policies, missing, kubernetes } = gathered;
  const { addresses = [], pools = [], deployments = [], pods = [], services = [] } = observed;
  const versions = { program, kubernetes, madeAt: formatInstant(observed.now) };
  return [
    { name: "versions.json", data: versions },
    { name: "status.json", data: statusJson(overviewOf(observed), missing) },
    { name: "why.json", data: whyJson(explained(observed), missing) },
    { name: "objects/fleets.json", data: observed.fleets },
    { name: "objects/ledger.json", data: addresses },
    { name: "objects/pools.json", data: pools },
    { name: "objects/vantage-points.json", data: vantagePoints },
    { name: "children/deployments.json", data: deployments },
    { name: "children/pods.json", data: pods },
    { name: "children/services.json", data: services },
    { name: "children/policies.json", data: policies },
    { name: "operator/deployments.json", data: operator.deployments },
    { name: "operator/pods.json", data: operator.pods },
    { name: "operator/leases.json", data: observed.leases ?? [] },
    { name: "events.json", data: observed.events ?? [] },
  ];
}

function explained(observed: Observed) {
  const { fleets } = overviewOf(observed);
  return fleets.map((fleet) => explain(fleet, observedOf(fleet, observed), undefined));
}

/** What was read of one fleet: the walk shows the pods that it gets. */
function observedOf({ namespace, name }: FleetOverview, observed: Observed): Observed {
  const pods = observed.pods?.filter(
    ({ metadata }) => metadata.namespace === namespace && metadata.labels?.[fleetLabel] === name,
  );
  return { ...observed, pods };
}

/** Two names may become the same one. */
function unique(files: readonly BundleFile[]): readonly BundleFile[] {
  const seen = new Map<string, number>();
  return files.map(({ name, content }) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return { name: count === 1 ? name : name.replace(/\.log$/, `-${count}.log`), content };
  });
}
