import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const program = process.env["PROXYFLEET_CHROMIUM"] ?? "/usr/bin/chromium";

/** Why a test that needs a browser is left out; false where there is one. */
export const withoutChromium = existsSync(program)
  ? false
  : `NOT TESTED: there is no Chromium at ${program}. As root, hack/debian-packages.sh browser installs it; or name one in PROXYFLEET_CHROMIUM.`;

/**
 * Starts Debian's Chromium without a window. Without these flags it asks hosts of its maker for
 * updates and lists at every start; root can't have its sandbox.
 */
export async function startChromium(): Promise<Browser> {
  const quiet = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
  ];
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath: program, args: [...quiet, ...sandbox] });
}
