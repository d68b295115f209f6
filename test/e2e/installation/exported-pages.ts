import { kubectl } from "../stage/kubectl.ts";

/** Prints the page of each folder that lies in the volume. */
const readPages = `
  const { readdirSync, readFileSync } = require("node:fs");
  const folders = readdirSync("/pages", { withFileTypes: true }).filter((file) => file.isDirectory());
  const pages = folders.map(({ name }) => readFileSync(\`/pages/\${name}/index.html\`, "utf8"));
  process.stdout.write(JSON.stringify(pages));
`;

/** The share pages that the chart's export has written, read by its own pod. */
export async function exportedPages(): Promise<readonly string[]> {
  const pod = ["deployment/proxyfleet-share-export", "-n", "proxyfleet-system"];
  return JSON.parse(await kubectl("exec", ...pod, "--", "node", "-e", readPages)) as string[];
}
