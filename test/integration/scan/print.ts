import type { Constant, Findings } from "./findings.ts";
import { scan } from "./scan.ts";

/** `make scan`: prints what tells our lanes apart. */
const found = await scan(process.env["PROXYFLEET_HAPROXY"] ?? "haproxy");
console.log(`Ordinary servers beside them: ${found.ordinary.join(", ")}.`);
report("Chat", found.chat);
report("Media", found.media);

function report(port: string, { telling, shared, linking, varying, nearest }: Findings): void {
  console.log(`\n${port}`);
  list("The same on all our lanes, and on no ordinary server", telling);
  list("The same on all our lanes, and on some ordinary server", shared);
  console.log(`  The same within each fleet only: ${linking.length}\n${lines(linking)}`);
  console.log(`  Different within a fleet: ${varying.length}\n${lines(varying)}`);
  console.log(
    `  Most like ours: ${nearest.name}, which differs in ${nearest.differsIn.length}\n${lines(nearest.differsIn)}`,
  );
}

function list(what: string, constants: readonly Constant[]): void {
  console.log(
    `  ${what}: ${constants.length}\n${lines(constants.map(({ feature, value }) => `${feature} = ${value}`))}`,
  );
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `    ${text}`).join("\n");
}
