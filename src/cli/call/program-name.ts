import { basename } from "node:path";

/** The name under which kubectl finds this program, as a plugin. */
const pluginName = "kubectl-proxyfleet";

/**
 * How a person called this program, so that usage texts can be typed as they stand.
 * @param argv0 what the program was started as
 * @param script the file that runs, where that is not the program itself
 */
export function programName(argv0: string, script: string | undefined): string {
  const names = [argv0, script ?? ""].map((path) =>
    basename(path).replace(/\.(exe|cmd|mjs)$/i, ""),
  );
  return names.includes(pluginName) ? "kubectl proxyfleet" : "proxyfleet";
}

/** The same, of this process. */
export const calledAs: string = programName(process.argv0, process.argv[1]);

/** A text for people with this program's name as they called it. */
export function asCalled(text: string, name: string = calledAs): string {
  return name === "proxyfleet"
    ? text
    : text.replaceAll(/(?<![\w./-])proxyfleet (?=[a-z<])/g, `${name} `);
}
