import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { type HaproxyInput, renderHaproxyConfig } from "../../../src/proxy/haproxy.ts";
import { laneLooks } from "../../../src/proxy/looks/lane-looks.ts";
import { placedServers, UpstreamAddressError } from "../../../src/proxy/haproxy/upstream.ts";

const small: HaproxyInput = {
  listeners: { plainChat: { port: 5222 } },
  upstream: {
    chat: { servers: ["127.0.0.1:5222", "127.0.0.2:5222"], proxyProtocol: "V2" },
    media: { servers: ["127.0.0.1:4433"] },
    privateNetworks: ["127.0.0.0/8"],
  },
  limits: {
    maxConnections: 27_500,
    connectionsPerClient: 0,
    connectionRatePerClient: 0,
    clientsSeen: "Always",
  },
  bank: 4,
  strangers: { seed: "seed", decoy: "Page", serverNames: [] },
};

/** The configurations that the supervisor's tests run: what the operator writes is what they see. */
const supervisorCopies: Record<string, HaproxyInput> = {
  "haproxy.cfg": small,
  "haproxy-client-limits.cfg": { ...small, limits: { ...small.limits, connectionsPerClient: 10 } },
  "haproxy-server-names.cfg": {
    ...small,
    strangers: { ...small.strangers, serverNames: ["whatsapp.net", "*.whatsapp.net"] },
  },
};
for (const [file, input] of Object.entries(supervisorCopies)) {
  test(`the supervisor's tests run the ${file} that is rendered now`, () => {
    const copy = new URL(`../../../images/proxy/supervisor/testdata/${file}`, import.meta.url);
    const config = renderHaproxyConfig(input);
    if (process.env["UPDATE_TESTDATA"] !== undefined) writeFileSync(copy, config);
    assert.equal(
      readFileSync(copy, "utf8"),
      config,
      "run this test with UPDATE_TESTDATA=1 to write the file again",
    );
  });
}

describe("renderHaproxyConfig", () => {
  const has: Record<string, { given: Partial<HaproxyInput>; lines: string[]; without?: string[] }> =
    {
      "a lane has two sockets a listener, and chat alone has TLS": {
        given: {},
        lines: [
          "frontend lane-3-chat",
          `    bind 0.0.0.0:20012,[::]:20012 v6only ssl crt /run/proxyfleet/lanes/3.pem tls-ticket-keys /run/proxyfleet/lanes/3.tickets ${[...laneLooks("seed", 3).tls, "tcp-ut 240s"].join(" ")}`,
          "    bind 0.0.0.0:20013,[::]:20013 v6only tcp-ut 240s",
          "    bind 0.0.0.0:20014,[::]:20014 v6only tcp-ut 240s",
        ],
      },
      "a fleet without plain chat does not bind it": {
        given: { listeners: {} },
        lines: ["frontend lane-0-media"],
        without: ["frontend lane-0-plainChat"],
      },
      "chat tells WhatsApp the client by version 2; media tells nothing": {
        given: {},
        lines: [
          "    server chat-0 127.0.0.1:5222 track upstream-chat/chat-0 send-proxy-v2",
          "    server media-0 127.0.0.1:4433 track upstream-media/media-0",
        ],
      },
      "version 1 is for upstreams that know no other": {
        given: {
          upstream: { ...small.upstream, chat: { servers: ["a.example:1"], proxyProtocol: "V1" } },
        },
        lines: ["    server chat-0 a.example:1 track upstream-chat/chat-0 send-proxy"],
      },
      "None sends no header": {
        given: {
          upstream: {
            ...small.upstream,
            chat: { servers: ["a.example:1"], proxyProtocol: "None" },
          },
        },
        lines: ["    server chat-0 a.example:1 track upstream-chat/chat-0"],
      },
      "a fallback comes after the servers, in one line, and is used only without them": {
        given: {
          upstream: {
            ...small.upstream,
            chat: {
              servers: ["a.example:5222"],
              fallback: ["a.example:443", "192.0.2.1:80"],
              proxyProtocol: "V2",
            },
          },
        },
        lines: [
          "    server chat-1 a.example:443 check backup",
          "    server chat-2 192.0.2.1:80 track upstream-chat/chat-2 send-proxy-v2 backup",
        ],
        without: ["    server chat-1-1 a.example:443 check backup"],
      },
      "a server in a private network is left out, and the others keep their names": {
        given: {
          upstream: {
            ...small.upstream,
            chat: { servers: ["169.254.169.254:80", "a.example:1"], proxyProtocol: "None" },
          },
        },
        lines: [
          "    server chat-1 a.example:1 check",
          "    server chat-1 a.example:1 track upstream-chat/chat-1",
        ],
        without: [
          "    server chat-0 169.254.169.254:80 check",
          "    server chat-0 169.254.169.254:80 track upstream-chat/chat-0",
        ],
      },
      "without limits no client is counted": { given: {}, lines: [], without: ["backend clients"] },
      "a limit counts clients before the handshake, and those behind a load balancer once it names them":
        {
          given: {
            limits: {
              maxConnections: 10,
              connectionsPerClient: 3,
              connectionRatePerClient: 0,
              clientsSeen: "Always",
            },
          },
          lines: [
            "    maxconn 10",
            "    stick-table type ipv6 size 200k expire 2m store conn_cur",
            "    tcp-request connection track-sc0 src,ipmask(32,64) table clients unless { src -f /run/proxyfleet/lanes/2.proxies }",
            "    tcp-request connection reject if { sc0_conn_cur gt 3 }",
            "    tcp-request session track-sc0 src,ipmask(32,64) table clients if { fc_rcvd_proxy }",
            "    tcp-request session reject if { sc0_conn_cur gt 3 }",
          ],
        },
      "clients without a PROXY header, where only it names them, are not counted as one": {
        given: {
          limits: {
            maxConnections: 10,
            connectionsPerClient: 0,
            connectionRatePerClient: 60,
            clientsSeen: "WithProxyHeader",
          },
        },
        lines: [
          "    stick-table type ipv6 size 200k expire 2m store conn_rate(1m)",
          "    tcp-request session track-sc0 src,ipmask(32,64) table clients if { fc_rcvd_proxy }",
          "    tcp-request session reject if { sc0_conn_rate gt 60 }",
        ],
        without: ["    tcp-request connection reject if { sc0_conn_rate gt 60 }"],
      },
      "a lane's share counts all its listeners, from before the handshake": {
        given: {},
        lines: [
          "    set-var proc.lane_share int(27500)",
          "    tcp-request connection set-var(sess.n) fe_conn(lane-3-media)",
          "    tcp-request connection set-var(sess.n) fe_conn(lane-3-plainChat),add(sess.n)",
          "    tcp-request connection reject if { fe_conn,add(sess.n),sub(proc.lane_share) gt 0 }",
        ],
      },
      "without plain chat, the share is that of two listeners": {
        given: { listeners: {} },
        lines: ["    tcp-request connection set-var(sess.n) fe_conn(lane-0-chat)"],
        without: [
          "    tcp-request connection set-var(sess.n) fe_conn(lane-0-plainChat),add(sess.n)",
        ],
      },
      "who speaks HTTP on chat gets a page, and whoever begins as phones do goes to WhatsApp": {
        given: {},
        lines: [
          "    use_backend decoy-0 if { req.payload(0,1) -m str W E } !{ req.payload(0,2) -m str WA ED }",
          "    default_backend lane-0-chat-up",
          "backend decoy-3",
        ],
      },
      "without a decoy there is no page, and the first byte goes to WhatsApp": {
        given: { strangers: { seed: "seed", decoy: "None", serverNames: [] } },
        lines: ["    tcp-request content accept if { req.len gt 0 }"],
        without: ["backend decoy-0", "    option disable-h2-upgrade"],
      },
      "those of a listener that have not spoken have a limit of their own": {
        given: {},
        lines: [
          "    set-var proc.lane_opening int(27500)",
          "    tcp-request connection set-var(sess.n) be_conn(lane-0-chat-up)",
          "    tcp-request connection reject if { fe_conn,sub(sess.n),sub(proc.lane_opening) gt 0 }",
        ],
      },
    };
  for (const [name, { given, lines, without = [] }] of Object.entries(has)) {
    test(name, () => {
      const rendered = renderHaproxyConfig({ ...small, ...given }).split("\n");
      for (const line of lines) assert.ok(rendered.includes(line), `missing: ${line}`);
      for (const line of without) assert.ok(!rendered.includes(line), `not wanted: ${line}`);
    });
  }

  const refused = [
    "a.example",
    "a.example:0",
    "a.example:65536",
    "a b:1",
    "a:1\nglobal",
    "a:1 check",
    "-a:1",
    "[::1:1",
    "",
  ];
  for (const server of refused) {
    test(`${JSON.stringify(server)} is not a server`, () => {
      const upstream = { ...small.upstream, media: { servers: ["ok.example:1", server] } };
      assert.throws(
        () => renderHaproxyConfig({ ...small, upstream }),
        (error) =>
          error instanceof UpstreamAddressError &&
          error.message.startsWith("spec.upstream.media.servers[1] "),
      );
    });
  }

  test("no text as a server's name becomes a line of its own", () => {
    const linesWith = (host: string) => {
      const upstream = { ...small.upstream, media: { servers: [`${host}:443`] } };
      return renderHaproxyConfig({ ...small, upstream }).split("\n").length;
    };
    const known = new Set([linesWith("192.0.2.1"), linesWith("a.example")]);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (host) => {
        try {
          assert.ok(known.has(linesWith(host)));
        } catch (error) {
          assert.ok(error instanceof UpstreamAddressError);
        }
      }),
    );
  });

  test("nothing is logged, and the command socket is for this user only", () => {
    const config = renderHaproxyConfig(small);
    assert.doesNotMatch(
      config,
      /^\s*(?:log|option (?:tcplog|httplog|log-\S+)|capture|stats (?:enable|uri))\b/m,
    );
    assert.match(config, /stats socket \S+ mode 600 level admin/);
  });
});

describe("WhatsApp's own fallback", () => {
  const places = (servers: readonly string[], fallback: readonly string[]) =>
    placedServers(
      { chat: { servers, fallback, proxyProtocol: "V2" }, media: { servers: ["m.example:443"] } },
      "chat",
    ).map(({ name, field, server, isFallback }) => [name, field, server, isFallback]);
  const given = ["g.whatsapp.net:443", "g.whatsapp.net:80"];

  test("is used beside WhatsApp's own servers", () =>
    assert.deepEqual(places(["g.whatsapp.net:5222"], given), [
      ["chat-0", "spec.upstream.chat.servers[0]", "g.whatsapp.net:5222", false],
      ["chat-1", "spec.upstream.chat.fallback[0]", "g.whatsapp.net:443", true],
      ["chat-2", "spec.upstream.chat.fallback[1]", "g.whatsapp.net:80", true],
    ]));

  test("is not used beside a relay, where nobody asked for it", () =>
    assert.equal(places(["relay.example:5222", "notwhatsapp.net:5222"], given).length, 2));

  test("is used beside a relay by anyone who writes another one", () =>
    assert.equal(places(["relay.example:5222"], ["g.whatsapp.net:5222"]).length, 2));
});
