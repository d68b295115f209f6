import { type GivenClusterFlags, clusterOptions } from "../call/cluster-flags.ts";
import { parseArgs } from "../call/parse-args.ts";
import { ShareError } from "./share-error.ts";

const options = {
  ...clusterOptions,
  "all-namespaces": { type: "boolean", short: "A", default: false },
  slot: { type: "string" },
  "no-codes": { type: "boolean", default: false },
  output: { type: "string", short: "o" },
  "pages-url": { type: "string" },
  out: { type: "string" },
  watch: { type: "boolean", default: false },
  once: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

type Flags = ReturnType<typeof parsed>["values"];

/** Which fleets are meant. */
export type Scope =
  | { readonly kind: "Named"; readonly fleets: readonly FleetName[] }
  /** All of one namespace; of the kubeconfig's where undefined. */
  | { readonly kind: "Namespace"; readonly namespace: string | undefined }
  | { readonly kind: "Everywhere" };

/** A fleet as people name it: its namespace may follow from the flags or the kubeconfig. */
export interface FleetName {
  readonly namespace: string | undefined;
  readonly name: string;
}

/** What is printed, and how. */
export interface Printing {
  readonly kind: "Print";
  readonly output: "text" | "json" | "links";
  /** Undefined: all. */
  readonly slot: number | undefined;
  readonly codes: boolean;
  /** Where share pages are found, with a slash at its end; undefined: not said. */
  readonly pagesUrl: string | undefined;
}

/** Where share pages are written to. */
export interface Exporting {
  readonly kind: "Export";
  readonly folder: string;
  readonly watch: boolean;
}

export interface ShareCall {
  readonly scope: Scope;
  readonly cluster: GivenClusterFlags;
  readonly task: Printing | Exporting;
}

/** Reads the arguments of `proxyfleet share`. @throws ShareError that names the flag */
export function readShareCall(args: readonly string[]): ShareCall | "help" {
  const { values, positionals } = parsed(args);
  if (values.help) return "help";
  return {
    scope: readScope(values, positionals),
    cluster: values,
    task: values.out === undefined ? readPrinting(values) : readExporting(values.out, values),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (cause) {
    throw new ShareError("unknown or incomplete flag: see proxyfleet share --help", { cause });
  }
}

function readScope(values: Flags, names: readonly string[]): Scope {
  const { namespace, "all-namespaces": everywhere } = values;
  if (everywhere && (namespace !== undefined || names.length > 0))
    throw new ShareError("-A means all fleets of all namespaces: leave out NAME and -n");
  if (everywhere) return { kind: "Everywhere" };
  if (names.length === 0) return { kind: "Namespace", namespace };
  return { kind: "Named", fleets: names.map((name) => readName(name, namespace)) };
}

/** `NAME` or `NAMESPACE/NAME`. */
function readName(text: string, namespace: string | undefined): FleetName {
  const [first = "", second, ...more] = text.split("/");
  if (first === "" || second === "" || more.length > 0)
    throw new ShareError(`"${text}" names no fleet: write NAME or NAMESPACE/NAME`);
  if (second === undefined) return { namespace, name: first };
  if (namespace !== undefined && namespace !== first)
    throw new ShareError(`"${text}" is in another namespace than -n ${namespace}: leave out one`);
  return { namespace: first, name: second };
}

function readPrinting(values: Flags): Printing {
  const { output = "text" } = values;
  if (values.watch || values.once)
    throw new ShareError("--watch and --once need --out: they keep files up to date");
  if (output !== "text" && output !== "json" && output !== "links")
    throw new ShareError(`--output: "${output}" is none of text, json, links`);
  return {
    kind: "Print",
    output,
    slot: values.slot === undefined ? undefined : readSlot(values.slot),
    codes: !values["no-codes"],
    pagesUrl: values["pages-url"] === undefined ? undefined : readPagesUrl(values["pages-url"]),
  };
}

function readSlot(text: string): number {
  if (/^[0-9]{1,2}$/.test(text) && Number(text) < 64) return Number(text);
  throw new ShareError(`--slot: "${text}" is no slot: give a whole number from 0 to 63`);
}

/** People would send on what they copy: a page's address must be complete, and end in a slash. */
function readPagesUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === "https:" || url?.protocol === "http:";
  if (url === undefined || !isWeb || url.search !== "" || url.hash !== "")
    throw new ShareError(
      `--pages-url: "${text}" is no address of a site: write it like https://example.org`,
    );
  return url.href.endsWith("/") ? url.href : `${url.href}/`;
}

const forPrint = ["slot", "output", "pages-url"] as const;

function readExporting(folder: string, values: Flags): Exporting {
  const unused = forPrint.find((flag) => values[flag] !== undefined);
  if (unused !== undefined || values["no-codes"])
    throw new ShareError(
      `--${unused ?? "no-codes"} says what is printed, and --out writes the pages of all slots: leave out one`,
    );
  if (values.watch && values.once)
    throw new ShareError("--once and --watch exclude each other: leave out one");
  if (folder === "") throw new ShareError("--out: name a folder for the pages");
  return { kind: "Export", folder, watch: values.watch };
}
