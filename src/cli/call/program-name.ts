import { basename } from "node:path";

/** The name under which kubectl finds this program, as a plugin. */
const pluginName = "kubectl-proxyfleet";
/** The name under which kubectl looks for a program that completes the plugin's arguments. */
const completerName = "kubectl_complete-proxyfleet";

/**
 * How a person called this program, so that usage texts can be typed as they stand.
 *
 * @param argv0 what the program was started as
 * @param script the file that runs, where that is not the program itself
 */
export function programName(argv0: string, script: string | undefined): string {
  return namesOf(argv0, script).includes(pluginName) ? "kubectl proxyfleet" : "proxyfleet";
}

function namesOf(argv0: string, script: string | undefined): readonly string[] {
  return [argv0, script ?? ""].map((path) => basename(path).replace(/\.(exe|cmd|mjs)$/i, ""));
}

/** How this process was called. */
export const calledAs: string = programName(process.argv0, process.argv[1]);

/** Whether kubectl called this process to complete a line. */
export const isCompleter: boolean = namesOf(process.argv0, process.argv[1]).includes(completerName);

/** A text for people with this program's name as they called it. */
export function asCalled(text: string, name: string = calledAs): string {
  return name === "proxyfleet"
    ? text
    : text.replaceAll(/(?<![\w./-])proxyfleet (?=[a-z<])/g, `${name} `);
}
