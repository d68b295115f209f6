import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { parseShareLink, shareLink } from "../../../src/share/link.ts";
import { pageLanguages } from "../../../src/share/page-view.ts";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { pathOf, shareSecret } from "../../objects/share-secret.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds } from "../../stand-ins/api-server/crds.ts";
import { kubeconfigOf } from "../operator/operator.ts";
import { fleet } from "../samples.ts";
import { exporterRights } from "./rights.ts";

const run = promisify(execFile);
const program = join(import.meta.dirname, "../../../src/main.ts");
const secretsPath = "/api/v1/namespaces/default/secrets";
const fleetsPath = "/apis/proxyfleet.dev/v1alpha1/namespaces/default/whatsappproxies";
const target = { chatPort: 443, mediaPort: 587, chatTls: true };
const familyLink = shareLink({ ...target, host: "203.0.113.9" });
const friendsLink = shareLink({ ...target, host: "2001:db8::9" });

let server: ApiServer;
let folder: string;
/** Of an account that may read one Secret. */
let reader: string;

before(async () => {
  server = await ApiServer.start();
  await installCrds(server);
  folder = await mkdtemp(join(tmpdir(), "proxyfleet-share-"));
  removeAtExit(folder);
  for (const [path, object] of exporterRights("reader", ["family-share"]))
    await server.call("POST", path, object);
  const who = { namespace: "default", account: "reader" };
  reader = await kubeconfigOf(server, who, join(folder, "kubeconfig"));
  for (const name of ["family", "friends", "fresh", "old"])
    await server.call("POST", fleetsPath, fleet({ paused: name === "friends" }, name));
  const slots = [{ slot: 0, address: "203.0.113.7", burnt: 0, message: "serves" }];
  await server.patch(`${fleetsPath}/old/status`, { status: { slots } });
  const waiting = [{ slot: 1, burnt: 0, message: "waits for a free address" }];
  await server.patch(`${fleetsPath}/family/status`, { status: { slots: waiting } });
  const family = [{ page: "a", host: "203.0.113.9", countries: "IR" }, { page: "b" }];
  await create("family", family);
  await create("friends", [{ page: "c", host: "2001:db8::9" }]);
  const leaving = fleet({}, "leaving") as { metadata: object };
  const metadata = { ...leaving.metadata, finalizers: ["example.org/stay"] };
  await server.call("POST", fleetsPath, { ...leaving, metadata });
  await server.call("DELETE", `${fleetsPath}/leaving`);
  await create("leaving", []);
});
after(async () => server.stop());

async function create(name: string, slots: Parameters<typeof shareSecret>[1]): Promise<void> {
  const { code } = await server.call(
    "POST",
    secretsPath,
    shareSecret({ namespace: "default", name }, slots),
  );
  assert.equal(code, 201);
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Types `proxyfleet share` with these arguments. */
async function share(line: string, kubeconfig = server.kubeconfig): Promise<Ended> {
  const args = line.split(" ").filter((word) => word !== "");
  try {
    const command = [program, "share", ...args, "--kubeconfig", kubeconfig];
    return { code: 0, ...(await run(process.execPath, command)) };
  } catch (error) {
    return error as Ended;
  }
}

describe("proxyfleet share prints", () => {
  test("a fleet's links and codes, and says what is missing", async () => {
    const { code, stdout, stderr } = await share("family");
    assert.equal(code, 0);
    assert.match(stdout, /^default\/family, slot 0\nhost 203\.0\.113\.9, chat port 443 with TLS/);
    assert.ok(stdout.includes(`\n${familyLink}\n`));
    assert.match(stdout, /[█▀▄]/);
    assert.equal(
      stderr,
      "proxyfleet: slot 1 of WhatsAppProxy default/family has no published address yet: waits for a free address\n",
    );
  });

  test("with the right to read one Secret, and nothing else", async () => {
    const { code, stdout } = await share("family -n default -o links", reader);
    assert.deepEqual([code, stdout], [0, `${familyLink}\n`]);
  });

  test("a slot's page as JSON", async () => {
    const { stdout } = await share(
      "default/family --slot 1 -o json --pages-url https://example.org",
    );
    const [slot, ...more] = JSON.parse(stdout) as { slot: number; link: null; page: string }[];
    assert.deepEqual(
      [slot?.slot, slot?.link, slot?.page, more.length],
      [1, null, `https://example.org/${pathOf("b")}/`, 0],
    );
  });

  test("all fleets of a namespace; one without links hides no other", async () => {
    const { code, stdout, stderr } = await share("-o links");
    assert.equal(code, 1);
    assert.deepEqual(stdout.trim().split("\n"), [familyLink, friendsLink]);
    assert.equal(parseShareLink(friendsLink).host, "2001:db8::9");
    assert.match(stderr, /WhatsAppProxy default\/fresh has no published address yet/);
    assert.match(
      stderr,
      /WhatsAppProxy default\/old has addresses, but no links in Secret .* too old/,
    );
    assert.match(stderr, /WhatsAppProxy default\/friends is paused \(spec\.paused\)/);
    assert.equal((await share("-A -o links")).stdout, stdout);
  });
});

describe("proxyfleet share says in a sentence", () => {
  const cases: Record<string, { line: string; of?: "reader"; message: RegExp }> = {
    "that there is no such fleet": {
      line: "nobody",
      message: /^proxyfleet: there is no WhatsAppProxy default\/nobody: kubectl get wap -A/,
    },
    "that a fleet's links are gone already": {
      line: "leaving",
      message: /WhatsAppProxy default\/leaving is being deleted, and its links with it/,
    },
    "that the namespace has none": {
      line: "-n elsewhere",
      message: /there is no WhatsAppProxy in namespace elsewhere: name another one with -n/,
    },
    "that a slot is not there": {
      line: "family --slot 7",
      message: /--slot: there is no slot 7: leave it out/,
    },
    "which right is missing for a Secret": {
      line: "default/friends",
      of: "reader",
      message: /you may not read the Secret default\/friends-share.*verb get.*forbidden/,
    },
    "which right is missing for a list": {
      line: "-n default",
      of: "reader",
      message: /you may not list the WhatsAppProxy objects of namespace default: name a fleet/,
    },
    "which flag is unknown": { line: "--code", message: /see proxyfleet share --help/ },
  };
  for (const [name, { line, of, message }] of Object.entries(cases))
    test(name, async () => {
      const { code, stdout, stderr } = await share(line, of === "reader" ? reader : undefined);
      assert.deepEqual([code, stdout], [1, ""]);
      assert.match(stderr, message);
    });

  test("how it is called", async () => {
    const { code, stdout } = await share("--help");
    assert.equal(code, 0);
    assert.match(stdout, /^Usage: proxyfleet share \[NAME…\]/);
  });
});

describe("proxyfleet share --out", () => {
  test("writes real pages in the audience's language, and later removes what is gone", async () => {
    const site = join(folder, "site");
    const first = await share(`family friends --out ${site}`);
    assert.deepEqual([first.code, first.stderr], [0, ""]);
    assert.equal(
      first.stdout,
      "default/family: 2 pages written, 0 removed\ndefault/friends: 1 page written, 0 removed\n3 pages in place\n",
    );
    const page = async (name: string) => readFile(join(site, pathOf("a"), name), "utf8");
    assert.match(await page("index.html"), /<html lang="fa" dir="rtl">/);
    const languages = pageLanguages.flatMap((one) => [`${one}.html`, `print-${one}.html`]);
    assert.deepEqual(
      (await readdir(join(site, pathOf("a")))).toSorted(),
      [".page", "index.html", ...languages].toSorted(),
    );
    const again = await share(`family friends --out ${site}`);
    assert.equal(again.stdout, "3 pages in place\n");
    await server.call("DELETE", `${secretsPath}/friends-share`);
    const gone = await share(`friends --out ${site}`);
    assert.equal(gone.code, 1);
    assert.match(gone.stdout, /^default\/friends: 0 pages written, 1 removed/);
    assert.match(gone.stderr, /there is no Secret default\/friends-share/);
    assert.deepEqual((await readdir(site)).toSorted(), [pathOf("a"), pathOf("b"), "index.html"]);
    await create("friends", [{ page: "c", host: "2001:db8::9" }]);
  });

  test("a fleet that may not be read keeps its pages, and hinders no other", async () => {
    const site = join(folder, "kept");
    await share(`friends --out ${site}`);
    const { code, stdout, stderr } = await share(
      `default/friends default/family --out ${site}`,
      reader,
    );
    assert.deepEqual(
      [code, stdout],
      [1, "default/family: 2 pages written, 0 removed\n2 pages in place\n"],
    );
    assert.match(stderr, /you may not read the Secret default\/friends-share/);
    assert.deepEqual((await readdir(site)).toSorted(), [
      pathOf("a"),
      pathOf("b"),
      pathOf("c"),
      "index.html",
    ]);
  });

  test("--watch runs until it is stopped, and names no path and no address", async () => {
    const site = join(folder, "watched");
    const args = ["share", "default/family", "--out", site, "--watch", "--kubeconfig", reader];
    const child = spawn(process.execPath, [program, ...args]);
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (said += text));
    await waitFor("the pages to be in place", () => said.includes("ready: 2 pages in place"));
    const moved = [{ page: "a", host: "203.0.113.30" }, { page: "b" }];
    const secret = shareSecret({ namespace: "default", name: "family" }, moved);
    await server.call("PUT", `${secretsPath}/family-share`, secret);
    await waitFor("the page to show the new address", async () =>
      (await readFile(join(site, pathOf("a"), "index.html"), "utf8")).includes("203.0.113.30"),
    );
    await waitFor("it to say so", () => said.includes("1 page written, 0 removed"));
    child.kill("SIGTERM");
    const [code] = (await once(child, "exit")) as [number];
    assert.equal(code, 0);
    assert.doesNotMatch(said, /203\.0\.113|wa\.me|(.)\1{25}/);
  });
});
