import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createServer } from "node:tls";
import { isGenuine } from "../../../src/probe/io/chain.ts";
import { openTcp, openTls } from "../../../src/probe/io/connect.ts";
import { reachesElsewhere } from "../../../src/probe/io/elsewhere.ts";
import { stepLimits, testPort } from "../../../src/probe/io/test-port.ts";
import { issue, makeKeys, pemOf } from "./certificates.ts";
import { running } from "./servers.ts";

const stop = new AbortController().signal;
const [authority, leaf] = [await makeKeys(), await makeKeys()];
const trusted = await issue("authority", authority, { name: "authority", keys: authority });
const expired: [number, number] = [-30, -1];
const notYet: [number, number] = [1, 30];

/** A server that shows a certificate for `subject`. */
async function serve(subject: string, signer: Parameters<typeof issue>[2]) {
  const cert = await issue(subject, leaf, signer);
  return running(createServer({ cert, key: await pemOf(leaf) }, (socket) => socket.resume()));
}

describe("who asks for server.example and trusts one authority", () => {
  const byAuthority = { name: "authority", keys: authority };
  const byItself = { name: "server.example", keys: leaf };
  const cases: Record<
    string,
    { subject: string; signer: Parameters<typeof issue>[2]; expect: boolean }
  > = {
    "takes the genuine one": { subject: "server.example", signer: byAuthority, expect: true },
    "takes no other name": { subject: "other.example", signer: byAuthority, expect: false },
    "takes no self-made one": { subject: "server.example", signer: byItself, expect: false },
    "takes no self-made one that has ended, either": {
      subject: "server.example",
      signer: { ...byItself, days: expired },
      expect: false,
    },
    "takes no other name that has ended, either": {
      subject: "other.example",
      signer: { ...byAuthority, days: expired },
      expect: false,
    },
    "takes one that has ended, since the clock may be fast": {
      subject: "server.example",
      signer: { ...byAuthority, days: expired },
      expect: true,
    },
    "takes one that has not begun, since the clock may be slow": {
      subject: "server.example",
      signer: { ...byAuthority, days: notYet },
      expect: true,
    },
  };
  for (const [name, { subject, signer, expect }] of Object.entries(cases))
    test(name, async () => {
      const server = await serve(subject, signer);
      const limit = { ms: stepLimits.tls, stop };
      const socket = await openTcp({ host: "127.0.0.1", port: server.port }, limit);
      const secure = await openTls(
        socket,
        { serverName: "server.example", authorities: trusted },
        limit,
      );
      const who = { name: "server.example", authorities: trusted };
      assert.equal(isGenuine(secure, who), expect);
      server.close();
    });
});

test("a clock that is off makes no failure of an address", async () => {
  const server = await serve("server.example", {
    name: "authority",
    keys: authority,
    days: expired,
  });
  const outcome = await testPort(
    {
      address: "127.0.0.1",
      port: server.port,
      listener: "media",
      mediaServerName: "server.example",
      certificateSHA256: undefined,
    },
    { limits: stepLimits, stop, moves: false, authorities: trusted },
  );
  assert.deepEqual(outcome, { kind: "Worked", upTo: "upstream" });
  server.close();
});

describe("something else abroad", () => {
  const reaches = async (signer: Parameters<typeof issue>[2], subject = "localhost") => {
    const server = await serve(subject, signer);
    const hosts = [{ host: "localhost", port: server.port }];
    const reached = await reachesElsewhere(
      hosts,
      { limits: stepLimits, stop, authorities: trusted },
      () => 0.5,
    );
    server.close();
    return reached;
  };
  const byAuthority = { name: "authority", keys: authority };

  test("is reached where it proves its name", async () =>
    assert.equal(await reaches(byAuthority), true));
  test("is not where something answers in its place", async () => {
    assert.equal(await reaches({ name: "localhost", keys: leaf }), false);
    assert.equal(await reaches(byAuthority, "blocked.example"), false);
  });
  test("is, too, where this machine's clock is off", async () =>
    assert.equal(await reaches({ ...byAuthority, days: notYet }), true));
});
