import type { IssuedCertificate } from "../../../src/proxy/certificate.ts";
import { listenerNames } from "../../../src/api/names.ts";
import assert from "node:assert/strict";
import { type AddressInfo, type Server, createServer as createPlainServer } from "node:net";
import { after, before, describe, test } from "node:test";
import { createServer } from "node:tls";
import { probeAddress } from "../../../src/address/io/probe.ts";
import type { ProbeResult } from "../../../src/address/probe.ts";
import type { Pod } from "../../../src/kubernetes/objects.ts";
import { podObject } from "../../objects/pod.ts";
import type { PodStatusReader } from "../../../src/pods/io/status-reader.ts";
import { issueCertificate } from "../../../src/proxy/io/issue-certificate.ts";

const [address, neighbour, podIP] = ["127.0.0.11", "127.0.0.12", "127.0.0.13"];
type Listener = "chat" | "media" | "plainChat";
/** Ports as the entries have them, each listener's own on all hosts. */
let ports: Record<Listener, number>;
let own: IssuedCertificate;
let other: IssuedCertificate;
const servers = new Map<string, Server>();

/** A TLS server as a phone meets it. Port 0: any. */
async function listen(host: string, port: number, { pem }: IssuedCertificate): Promise<number> {
  const server = createServer({ cert: pem, key: pem });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  const bound = (server.address() as AddressInfo).port;
  servers.set(`${host}:${bound}`, server);
  return bound;
}

/**
 * A port without TLS. `hangsUp`: it ends each connection at once, as a proxy does that reaches no
 * server.
 */
async function listenPlainly(host: string, hangsUp: boolean): Promise<void> {
  const server = createPlainServer((socket) => (hangsUp ? socket.destroy() : socket.resume()));
  await new Promise<void>((resolve) => server.listen(ports.plainChat, host, resolve));
  ports.plainChat = (server.address() as AddressInfo).port;
  servers.set(`${host}:${ports.plainChat}`, server);
}

async function close(host: string, listener: Listener): Promise<void> {
  const key = `${host}:${ports[listener]}`;
  const server = servers.get(key);
  servers.delete(key);
  await new Promise((resolve) =>
    server === undefined ? resolve(undefined) : server.close(resolve),
  );
}

async function open(host: string, listener: Listener, certificate = own): Promise<void> {
  if (!servers.has(`${host}:${ports[listener]}`)) await listen(host, ports[listener], certificate);
}

const pod = podObject({ name: "family-proxy-1", status: { podIP } });

/** Loaded, as a ready pod should have it. */
const loaded: PodStatusReader = async () => ({
  revision: "r",
  lanes: [{ lane: 0, open: true, certificateSHA256: own.sha256 }],
});

async function tried(
  given: {
    compare?: boolean;
    isShutOut?: boolean;
    hidesMedia?: boolean;
    plainChat?: boolean;
    waitsForPods?: boolean;
    pods?: readonly Pod[];
    readStatus?: PodStatusReader;
  } = {},
): Promise<ProbeResult> {
  const { compare = false, isShutOut = false, plainChat = false, waitsForPods = true } = given;
  const { pods = [pod], readStatus = loaded, hidesMedia = false } = given;
  const names = plainChat ? listenerNames : listenerNames.slice(0, 2);
  const listeners = names.map((name) => ({ name, port: ports[name], targetPort: ports[name] }));
  const reference = { certificate: other.sha256, mediaServer: undefined, hasHeader: false };
  return probeAddress(
    {
      address,
      lane: 0,
      certificate: own.sha256,
      mediaServer: "g.example.org:443",
      hidesMedia,
      hasHeader: false,
      pods,
      waitsForPods,
      listeners,
      compare,
      isShutOut,
      references: [{ ...reference, host: neighbour, listeners }],
    },
    readStatus,
  );
}

describe("a try at an address", () => {
  before(async () => {
    own = await issueCertificate(Date.UTC(2026, 10, 23), Math.random);
    other = await issueCertificate(Date.UTC(2026, 10, 23), Math.random);
    ports = {
      chat: await listen(address, 0, own),
      media: await listen(address, 0, other),
      plainChat: 0,
    };
    for (const host of [neighbour, podIP]) {
      await listen(host, ports.chat, host === neighbour ? other : own);
      await listen(host, ports.media, other);
    }
  });
  after(() => servers.forEach((server) => server.close()));

  test("goes through it on every port", async () => {
    assert.deepEqual(await tried(), {
      readyPods: 1,
      lagging: [],
      problems: [],
      referenceWorks: undefined,
    });
  });

  test("that shows another certificate fails", async () => {
    await close(address, "chat");
    await open(address, "chat", other);
    const [first, ...others] = (await tried()).problems;
    assert.match(
      `${first?.listener}: ${first?.problem}`,
      /chat: port .* shows another certificate than its lane's/,
    );
    assert.deepEqual(others, []);
    await close(address, "chat");
    await open(address, "chat");
  });

  test("whose media port shows the lane's own certificate fails, where names must pass", async () => {
    await close(address, "media");
    await open(address, "media", own);
    assert.deepEqual((await tried()).problems, []);
    const [problem, ...others] = (await tried({ hidesMedia: true })).problems;
    assert.match(problem?.problem ?? "", /leads to no media server.*serverNames/);
    assert.deepEqual([problem?.listener, others], ["media", []]);
    await close(address, "media");
    await open(address, "media", other);
  });

  test("that fails asks neither pods nor neighbours at first", async () => {
    await close(address, "chat");
    assert.partialDeepStrictEqual(await tried(), { referenceWorks: undefined });
    assert.ok(!("podsWork" in (await tried())));
    await open(address, "chat");
  });

  test("that goes on failing finds that its pods answer, and another address of its pool", async () => {
    await close(address, "chat");
    assert.partialDeepStrictEqual(await tried({ compare: true }), {
      podsWork: true,
      referenceWorks: true,
    });
    await open(address, "chat");
  });

  test("finds a dead upstream at the pods and at the neighbours, though their chat port answers", async () => {
    for (const host of [address, neighbour, podIP]) await close(host, "media");
    const evidence = await tried({ compare: true });
    assert.deepEqual(
      evidence.problems.map(({ listener }) => listener),
      ["media"],
    );
    assert.match(evidence.problems[0]?.problem ?? "", /TLS handshake/);
    assert.partialDeepStrictEqual(evidence, { podsWork: false, referenceWorks: false });
    for (const host of [address, neighbour, podIP]) await open(host, "media", other);
  });

  test("shakes hands with every pod where source ranges shut the operator out, and says so", async () => {
    await close(address, "chat");
    assert.partialDeepStrictEqual(await tried({ isShutOut: true }), {
      problems: [],
      shutOut: true,
    });
    await open(address, "chat");
  });

  describe("with a plain chat port", () => {
    const problems = async () =>
      (await tried({ plainChat: true })).problems.map(
        ({ listener, problem }) => `${listener}: ${problem}`,
      );

    before(async () => listenPlainly(address, false));
    after(async () => close(address, "plainChat"));

    test("finds it open", async () => assert.deepEqual(await problems(), []));

    test("finds it closed", async () => {
      await close(address, "plainChat");
      assert.match(
        (await problems()).join(),
        /^plainChat: connection to port \d+ failed: connect ECONNREFUSED/,
      );
    });

    test("finds that it leads nowhere: the other side hangs up", async () => {
      await listenPlainly(address, true);
      assert.match(
        (await problems()).join(),
        /^plainChat: connection to port \d+ was ended at once/,
      );
    });
  });

  describe("while a pod does not serve the lane", () => {
    const late = podObject({ name: "family-proxy-2", status: { podIP: "127.0.0.14" } });
    const pods = [pod, late];
    /** The second pod answers like this. */
    const second = (answer: PodStatusReader): PodStatusReader => {
      return async (asked) => (asked === late ? answer(asked) : loaded(asked));
    };
    const behind = second(async () => ({ revision: "old", lanes: [] }));
    const refuses = second(async () => ({
      revision: "old",
      refused: { revision: "new", message: "unknown keyword" },
      lanes: [],
    }));
    const silent = second(async () => Promise.reject(new Error("no route")));
    const lagging = async (readStatus: PodStatusReader, waitsForPods = true) =>
      tried({ pods, readStatus, waitsForPods });

    test("waits for it, and tries nothing meanwhile", async () => {
      await close(address, "chat");
      assert.deepEqual(await lagging(behind), {
        readyPods: 2,
        lagging: [{ pod: "family-proxy-2", problem: "it has not loaded the lane's certificate" }],
        problems: [],
        referenceWorks: undefined,
      });
      await open(address, "chat");
    });

    test("says in HAProxy's words why it does not", async () =>
      assert.partialDeepStrictEqual((await lagging(refuses)).lagging, [
        { problem: "unknown keyword" },
      ]));

    for (const [how, answer] of Object.entries({ behind, refuses, silent }))
      test(`waits no longer after a minute: a pod that is ${how} cuts nobody off`, async () =>
        assert.partialDeepStrictEqual(await lagging(answer, false), {
          lagging: [{ pod: "family-proxy-2" }],
          problems: [],
          triedAllTheSame: true,
        }));

    test("asks those that do where source ranges shut the operator out", async () => {
      await close(address, "chat");
      const result = await tried({
        pods,
        readStatus: behind,
        waitsForPods: false,
        isShutOut: true,
      });
      assert.partialDeepStrictEqual(result, { problems: [], shutOut: true });
      await open(address, "chat");
    });

    test("has no proof where source ranges shut the operator out and no pod does", async () => {
      await close(address, "chat");
      const given = { pods: [late], readStatus: behind, waitsForPods: false };
      const result = await tried({ ...given, isShutOut: true });
      assert.ok(!("shutOut" in result) && !("triedAllTheSame" in result));
      assert.partialDeepStrictEqual(await tried({ ...given, compare: true }), { podsWork: false });
      await open(address, "chat");
    });

    test("believes the lane of a pod that the operator can't ask", async () => {
      const none: PodStatusReader = async () => Promise.reject(new Error("no route"));
      assert.deepEqual((await tried({ readStatus: none })).lagging, []);
    });
  });

  test("goes through the address where source ranges let the operator in", async () =>
    assert.ok(!("shutOut" in (await tried({ isShutOut: true })))));
});
