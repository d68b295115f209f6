import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { stringify } from "yaml";
import type { GeneratedFile } from "../chart/files.ts";

const folder = "examples/argocd";
const project = join(import.meta.dirname, "../..");

/** Without it, Argo CD does not look at its settings. */
const labels = { "app.kubernetes.io/part-of": "argocd" };

const files = [
  {
    path: `${folder}/argocd-cm.yaml`,
    use: "Add it to the settings of Argo CD:\n#   kubectl patch configmap argocd-cm -n argocd --patch-file argocd-cm.yaml",
    wrap: (data: Settings) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "argocd-cm", labels },
      data,
    }),
  },
  {
    path: `${folder}/argo-cd-values.yaml`,
    use: "For an Argo CD that the Helm chart argo-cd installs: more values for it.",
    wrap: (cm: Settings) => ({ configs: { cm } }),
  },
];

type Settings = Readonly<Record<string, string>>;

/**
 * What Argo CD must know of our kinds, in the two forms in which platform teams give it settings.
 * Both are made of the Lua files.
 */
export function argoCdFiles(): readonly GeneratedFile[] {
  const settings = customizations();
  return files.map(({ path, use, wrap }) => {
    const heading = `# How Argo CD sees the health of our kinds, and what can be asked of a fleet in it. ${use}\n`;
    const made =
      "# Made by `make gen` from examples/argocd/lua. Edit the Lua files, not this file.\n";
    return { path, text: `${heading}${made}${stringify(wrap(settings), { lineWidth: 0 })}` };
  });
}

/**
 * Health checks and actions as entries of the ConfigMap argocd-cm (Argo CD documentation, "Resource
 * Health" and "Resource Actions"). The folders are laid out as Argo CD's own:
 * GROUP/KIND/health.lua, GROUP/KIND/actions/discovery.lua, GROUP/KIND/actions/NAME/action.lua.
 */
function customizations(): Settings {
  const kinds = globSync(`${folder}/lua/*/*`, { cwd: project }).toSorted();
  return Object.fromEntries(kinds.flatMap((kind) => [...health(kind), ...actions(kind)]));
}

function health(kind: string): [string, string][] {
  return [[`resource.customizations.health.${keyOf(kind)}`, read(`${kind}/health.lua`)]];
}

function actions(kind: string): [string, string][] {
  const found = globSync(`${kind}/actions/*/action.lua`, { cwd: project }).toSorted();
  if (found.length === 0) return [];
  const definitions = found.map((path) => ({
    name: basename(dirname(path)),
    "action.lua": read(path),
  }));
  const value = stringify(
    { "discovery.lua": read(`${kind}/actions/discovery.lua`), definitions },
    { lineWidth: 0 },
  );
  return [[`resource.customizations.actions.${keyOf(kind)}`, value]];
}

/** GROUP_KIND, as the keys end. */
function keyOf(kind: string): string {
  return `${basename(dirname(kind))}_${basename(kind)}`;
}

function read(path: string): string {
  return readFileSync(join(project, path), "utf8");
}
