// proxy: what a fleet runs. From a spec it makes the Deployment, the Secret with HAProxy's
// configuration and the lanes' certificates, the PodDisruptionBudget and the NetworkPolicy. This
// file renders the configuration.

import type { WhatsAppProxySpec } from "../api/fleet.ts";
import { type ClientLimits, limitTable } from "./haproxy/client-limits.ts";
import { renderLane, type Strangers } from "./haproxy/lane.ts";
import { shareVariables } from "./haproxy/lane-share.ts";
import { peerGone } from "./haproxy/peer-gone.ts";
import { runDirectory } from "./haproxy/run-directory.ts";
import { renderUpstream, type Upstream } from "./haproxy/upstream.ts";
import type { Listeners } from "../ledger/lanes.ts";

export type { Upstream } from "./haproxy/upstream.ts";

/**
 * All that shapes the configuration of a fleet's pods. Certificates and open lanes don't: they
 * change at run time, without a reload.
 */
export interface HaproxyInput {
  readonly listeners: Listeners;
  readonly upstream: Upstream;
  readonly limits: ClientLimits & {
    /** Connections a pod holds at once, all lanes together. */ readonly maxConnections: number;
  };
  /** Lanes to bind, from 0 up. */
  readonly bank: number;
  readonly strangers: Strangers;
}

/**
 * The part of a fleet's spec that shapes the configuration.
 * @param bank lanes to bind, from 0 up
 */
export function haproxyInput(
  { listeners, upstream, limits, addresses }: WhatsAppProxySpec,
  bank: number,
  { seed, privateNetworks = [] }: ClusterInput,
): HaproxyInput {
  const clientsSeen = addresses.externalTrafficPolicy === "Local" ? "Always" : "WithProxyHeader";
  return {
    listeners,
    upstream: { ...upstream, privateNetworks },
    limits: { ...limits, clientsSeen },
    bank,
    strangers: {
      seed,
      decoy: listeners.chat.decoy,
      serverNames: listeners.media.serverNames,
    },
  };
}

/** What shapes the configuration beside the spec. */
interface ClusterInput {
  /** What lanes' looks follow from: what only the cluster knows of the fleet. */
  readonly seed: string;
  /** Networks (CIDRs) that are open to pods although they are private. */
  readonly privateNetworks?: readonly string[];
}

/**
 * The HAProxy configuration (3.0) of a fleet's pods: the whole bank of lanes, whether open or not.
 * The same input gives the same text, byte for byte.
 * @throws UpstreamAddressError if a server of `upstream` is not "host:port"
 */
export function renderHaproxyConfig(input: HaproxyInput): string {
  const lanes = Array.from({ length: input.bank }, (_, lane) => renderLane(lane, input));
  return [
    header,
    globalSection(input.limits.maxConnections),
    defaults,
    resolvers,
    metrics,
    renderUpstream(input.upstream, "chat"),
    renderUpstream(input.upstream, "media"),
    ...limitTable(input.limits),
    ...lanes.flat(),
    "",
  ].join("\n\n");
}

const header =
  "# Made by Proxyfleet from a WhatsAppProxy. Change that object instead: what is changed here is overwritten.";

// No log line anywhere, so that no client is ever written down.
// - maxpipes: pipes serve media in flight; when none is left, bytes are copied instead. A bound
//   here leaves the files to connections.
// - nbthread: HAProxy counts the node's cores, and would start a thread on each, whatever the pod's
//   share. The supervisor lowers it further.
// - mworker-max-reloads: a worker left behind by a reload lives as long as a phone holds on. With the
//   fourth reload it would go at once, so the supervisor lifts this, and ends its sessions little by
//   little; it stays for supervisors of an earlier version. No hard-stop-after: it would also end,
//   after a reload, every session at once. The supervisor ends the sessions of a pod that stops.
// - prefer-client-ciphers: phones without AES in hardware ask for ChaCha20 and others for AES with
//   SHA-256, which costs both sides least.
// - stick-counters: clients are counted in one table at most, and each counter costs memory in
//   every connection.
// - rcvbuf.server, sndbuf.client: the kernel would keep up to 4.8 MB for a download whose phone reads
//   slowly or not at all, and a pod's memory is full with some 200 of those.
// - no session cache: all lanes would share it. Sessions are resumed by tickets, whose keys are
//   each lane's own. Two hours are OpenSSL's own lifetime of tickets, which most servers tell; HAProxy
//   has one for all lanes.
function globalSection(maxConnections: number): string {
  return `global
    maxconn ${maxConnections}
    maxpipes 1000
    nbthread 4
    mworker-max-reloads 3
    spread-checks 5
    ssl-default-bind-options ssl-min-ver TLSv1.2 prefer-client-ciphers
    tune.stick-counters 1
    tune.rcvbuf.server 65536
    tune.sndbuf.client 65536
    tune.ssl.cachesize 0
    tune.ssl.lifetime 2h
    stats socket unix@${runDirectory}/admin.sock mode 600 level admin
    stats maxconn 32
${shareVariables(maxConnections).join("\n")}`;
}

// - client, server: the official proxy closes after 200 s of silence. A phone asleep can be silent
//   for longer, and closing its session only makes it wake up to open another. An idle session
//   costs a few kilobytes.
// - client-fin, server-fin: one side is done; the other may finish what it was saying, and a
//   vanished one is not waited for.
// - connect, retries, redispatch: an upstream that doesn't answer is left for the next one at the
//   first retry.
// - clitcpka, srvtcpka, tcp-ut: a phone or server that is gone without a word ends its session after
//   four minutes, and not after twenty: it would count as in use, and keep a drain going. The first
//   question comes after three minutes of silence: seldom enough for a phone's battery, and before
//   load balancers forget a silent connection (AWS: 350 s, Azure: 4 min).
// - leastconn: sessions last for hours, so counting them spreads load where taking turns would not.
// - init-addr none: a name that can't be resolved never stops the start; the resolvers find and
//   follow it at run time.
const defaults = `defaults
    mode tcp
    balance leastconn
    timeout connect 5s
    timeout check 5s
    timeout client 20m
    timeout server 20m
    timeout client-fin 10s
    timeout server-fin 10s
    retries 2
    option redispatch 1
    option clitcpka
    clitcpka-idle 180s
    clitcpka-intvl 20s
    clitcpka-cnt 3
    option srvtcpka
    srvtcpka-idle 180s
    srvtcpka-intvl 20s
    srvtcpka-cnt 3
    default-server init-addr none resolvers cluster resolve-prefer ipv4 tcp-ut ${peerGone}`;

// HAProxy's own metrics, for the supervisor, which shows them on its private port. A socket in the
// run directory can't be published by mistake.
const metrics = `frontend metrics
    mode http
    bind unix@${runDirectory}/metrics.sock mode 600
    maxconn 8
    timeout client 10s
    timeout http-request 5s
    http-request use-service prometheus-exporter if { path /metrics }
    http-request return status 404`;

// Names are asked for again every 5 s. Without one, the last good address stays for a day: a DNS
// outage must not cut people off.
const resolvers = `resolvers cluster
    parse-resolv-conf
    accepted_payload_size 4096
    timeout resolve 5s
    timeout retry 1s
    hold nx 24h
    hold refused 24h
    hold timeout 24h
    hold other 24h`;
