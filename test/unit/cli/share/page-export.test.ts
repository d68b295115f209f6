import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { everyFleet, isMarkedFor, markOf, ofFleet } from "../../../../src/cli/share/mark.ts";
import { PageExport } from "../../../../src/cli/share/page-export.ts";
import { SiteError, type MarkedPage } from "../../../../src/cli/share/site.ts";
import { pathOf, shareData } from "../../../objects/share-secret.ts";

const family = { namespace: "proxies", name: "family" };
const friends = { namespace: "proxies", name: "friends" };
const maker = { renderPage: () => "page", languageFor: () => "en" as const };

/** A site in memory that writes down what it is asked for. */
class FakeSite {
  readonly calls: string[] = [];
  put = async (path: string, { mark }: MarkedPage) => {
    this.calls.push(`put ${path.slice(0, 1)}`);
    if (this.isFull) throw new SiteError("full");
    return isMarkedFor(mark, path, ofFleet(family)) ? ("Written" as const) : ("Foreign" as const);
  };
  isFull = false;
  prepare = async () => undefined;
  keepOnly = async (scope: string, paths: ReadonlySet<string>) => {
    this.calls.push(`keep of ${scope}: ${[...paths].map((path) => path.slice(0, 1)).join("")}`);
    return 1;
  };
}

let site: FakeSite;
let said: string[];
let pages: PageExport;
beforeEach(() => {
  site = new FakeSite();
  said = [];
  pages = new PageExport({ site, pages: maker, say: (message) => said.push(message) });
});

describe("a fleet's pages", () => {
  test("that were revoked go before others are written: the disk may be full", async () => {
    site.isFull = true;
    await assert.rejects(pages.take(family, shareData([{ page: "a", host: "203.0.113.9" }])));
    assert.deepEqual(site.calls, ["keep of proxies/family: a", "put a"]);
  });

  test("all stay where one of its slots can't be read: nobody knows which one it had", async () => {
    const data = { ...shareData([{ page: "a" }]), "slot-1.path": "AAAA" };
    await pages.take(family, data);
    assert.deepEqual(site.calls, ["put a"]);
    assert.match(said.join(), /Secret proxies\/family-share: field slot-1\.path is no path/);
    assert.equal(pages.pages, 1);
    await pages.take(family, { "slot-0.path": "AAAA" });
    assert.equal(pages.pages, 1);
  });

  test("go with the Secret", async () => {
    await pages.take(family, shareData([{ page: "a" }, { page: "b" }]));
    assert.equal(pages.pages, 2);
    await pages.take(family, undefined);
    assert.deepEqual(site.calls.slice(-1), ["keep of proxies/family: "]);
    assert.equal(pages.pages, 0);
    assert.equal(said.at(-1), "proxies/family: 0 pages written, 1 removed");
  });

  test("are none where it has no share pages", async () => {
    await pages.take(family, shareData([{ host: "203.0.113.9" }]));
    assert.deepEqual(site.calls, ["keep of proxies/family: "]);
  });

  test("can't take the place of another fleet's", async () => {
    await pages.take(friends, shareData([{ page: "a" }]));
    assert.deepEqual(said, [
      "slot 0 of proxies/friends has the page of another fleet: not written",
      "proxies/friends: 0 pages written, 1 removed",
    ]);
  });
});

test("pages of fleets that are gone are told from all that were taken", async () => {
  await pages.take(family, shareData([{ page: "a" }]));
  await pages.take(friends, shareData([{ page: "b" }]));
  await pages.keepOnlyTaken(everyFleet);
  assert.deepEqual(site.calls.slice(-1), ["keep of *: ab"]);
});

test("a mark holds for its own folder, fleet, namespace and all, and for nothing else", () => {
  const path = pathOf("a");
  const mark = markOf(path, family);
  const scopes = ["*", "proxies", "proxies/family", "family", "proxies/friends", "abroad", ""];
  assert.deepEqual(
    scopes.filter((scope) => isMarkedFor(mark, path, scope as typeof everyFleet)),
    ["*", "proxies", "proxies/family"],
  );
  assert.equal(isMarkedFor(mark, pathOf("b"), everyFleet), false);
});
