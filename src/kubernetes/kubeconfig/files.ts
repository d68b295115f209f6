import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { YAMLException, load } from "js-yaml";
import { parsedEntry, type Place, KubeconfigError } from "./entry.ts";
import { kubeconfigFile } from "./format.ts";

/** A named entry as it is written, and the file that has it. */
export interface Listed {
  readonly file: string;
  readonly written: unknown;
}

/** One kubeconfig, or several as one. */
export interface Kubeconfig {
  /** The files that were looked for. */
  readonly files: readonly string[];
  readonly currentContext: string | undefined;
  readonly clusters: ReadonlyMap<string, Listed>;
  readonly users: ReadonlyMap<string, Listed>;
  readonly contexts: ReadonlyMap<string, Listed>;
}

/**
 * The kubeconfig that kubectl would read: the named file alone, or those of KUBECONFIG as one, or
 * the one in the home directory. Undefined where there is none.
 * @throws KubeconfigError for a file that can't be read
 */
export function readKubeconfig(
  explicit: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Kubeconfig | undefined {
  if (explicit !== undefined) return merged([explicit], [readFile(explicit)]);
  const paths = defaultPaths(env);
  const found = paths.flatMap((path) => {
    try {
      return [readFile(path)];
    } catch (error) {
      if (error instanceof KubeconfigError && isAbsent(error.cause)) return [];
      throw error;
    }
  });
  return found.length === 0 ? undefined : merged(paths, found);
}

/** Where kubectl looks when no file is named, in order. */
export function defaultPaths(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const listed = env["KUBECONFIG"] ?? "";
  if (listed === "") return [join(env["HOME"] ?? homedir(), ".kube", "config")];
  return [...new Set(listed.split(delimiter).filter((path) => path !== ""))];
}

function isAbsent(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "ENOENT";
}

function readFile(path: string): Kubeconfig {
  const place = { file: path, context: undefined, field: "the file" };
  try {
    return parseKubeconfig(parseYaml(readFileSync(path, "utf8"), place), path);
  } catch (cause) {
    if (cause instanceof KubeconfigError) throw cause;
    throw new KubeconfigError(
      place,
      "can't be read: name another one with --kubeconfig or in KUBECONFIG",
      { cause },
    );
  }
}

/** The parser's own error quotes the lines around a mistake, and they may hold a secret. */
function parseYaml(text: string, place: Place): unknown {
  try {
    return load(text);
  } catch (error) {
    const reason = error instanceof YAMLException ? error.reason : "can't be parsed";
    const line = error instanceof YAMLException ? (error.mark?.line ?? 0) + 1 : 0;
    throw new KubeconfigError({ ...place, field: `line ${line}` }, `is no YAML: ${reason}`);
  }
}

/** Reads a kubeconfig's lists. @throws KubeconfigError where they are no lists of names */
export function parseKubeconfig(written: unknown, file: string): Kubeconfig {
  const place = { file, context: undefined, field: "the file" };
  const { value } = parsedEntry(kubeconfigFile, written, place);
  const byName = (kind: "cluster" | "user" | "context") => {
    const entries = new Map<string, Listed>();
    for (const entry of value[`${kind}s`]) {
      if (entries.has(entry.name)) {
        const field = `${kind}s["${entry.name}"]`;
        throw new KubeconfigError({ ...place, field }, "is there twice: rename or remove one");
      }
      entries.set(entry.name, { file, written: entry[kind] });
    }
    return entries;
  };
  return {
    files: [file],
    currentContext: value["current-context"],
    clusters: byName("cluster"),
    users: byName("user"),
    contexts: byName("context"),
  };
}

/** As client-go merges them: whichever file says something first is right, and entries stay whole. */
function merged(files: readonly string[], found: readonly Kubeconfig[]): Kubeconfig {
  const firsts = (kind: "clusters" | "users" | "contexts") =>
    new Map(found.toReversed().flatMap((each) => [...each[kind]]));
  return {
    files,
    currentContext: found.find((each) => each.currentContext !== undefined)?.currentContext,
    clusters: firsts("clusters"),
    users: firsts("users"),
    contexts: firsts("contexts"),
  };
}
