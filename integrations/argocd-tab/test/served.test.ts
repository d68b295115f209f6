import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { startChromium, withoutChromium } from "../../../test/stand-ins/browser/chromium.ts";
import { fleets } from "../../test/fleets.ts";
import { builtExtension, openArgoCd, reactScript } from "./argo-cd.ts";
import { ArgoCdServer, withoutArgoCd } from "./argo-cd-server.ts";

describe("a real argocd-server", { skip: withoutArgoCd || withoutChromium }, () => {
  let argoCd: ArgoCdServer;
  let browser: Browser;
  before(async () => {
    argoCd = await ArgoCdServer.start();
    browser = await startChromium();
  });
  after(async () => {
    await browser?.close();
    await argoCd?.stop();
  });

  test("hands out the tab once from a mounted ConfigMap, and it works", async () => {
    const built = await builtExtension();
    argoCd.mount("extensions-proxyfleet.js", built);
    const extension = await argoCd.extensions();
    assert.equal(extension.split(built.trim()).length - 1, 1);
    const open = await openArgoCd(browser, { react: await reactScript("16"), extension });
    await open.show(fleets.healthy);
    await open.page.getByText("Nobody is known to be cut off.").waitFor();
    assert.deepEqual(open.errors, []);
  });
});
