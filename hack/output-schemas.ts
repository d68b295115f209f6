import { z } from "zod";
import { outputs } from "../src/cli/output/outputs.ts";
import type { GeneratedFile } from "./chart/files.ts";

/**
 * JSON Schemas of what commands print with `-o json`, one file for each command. Later
 * versions may add fields, so nobody is to be refused for one that these do not name.
 */
export function outputSchemas(): readonly GeneratedFile[] {
  return Object.entries(outputs).map(([name, output]) => ({
    path: `docs/output/${name}.schema.json`,
    text: `${JSON.stringify({ title: `proxyfleet ${name} -o json`, ...withoutClosing(z.toJSONSchema(output)) }, undefined, 2)}\n`,
  }));
}

function withoutClosing(schema: object): object {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) =>
      key === "additionalProperties" && value === false ? undefined : value,
    ),
  ) as object;
}
