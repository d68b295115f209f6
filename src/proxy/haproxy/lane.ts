import { lanePort, type Listeners, listenersOf } from "../../ledger/lanes.ts";
import { type ListenerName } from "../../api/names.ts";
import { laneLooks, type LaneLooks } from "../looks/lane-looks.ts";
import { decoyRules, renderDecoy } from "./decoy.ts";
import { shareRules } from "./lane-share.ts";
import { nameRules, ownSocket, renderOwn } from "./server-names.ts";
import { peerGone } from "./peer-gone.ts";
import { proxyName, upstreamBackend } from "./proxy-names.ts";
import { proxiesFile, runDirectory } from "./run-directory.ts";
import { serverLines, type Upstream, upstreamOf } from "./upstream.ts";
import { limitRules, type ClientLimits } from "./client-limits.ts";

/**
 * The listeners of one lane: of each its frontend, and a backend of its own. The backend is the
 * lane's own so that its sessions can be ended without touching another lane's (`shutdown sessions
 * server`, HAProxy management guide §9.3).
 */
export function renderLane(lane: number, given: LaneInput): readonly string[] {
  const looks = laneLooks(given.strangers.seed, lane);
  const rendered = listenersOf(given.listeners).map((listener) => {
    const place = { lane, listener, looks };
    return [...frontend(place, given), "", ...backend(place, given.upstream)].join("\n");
  });
  const { decoy, serverNames } = given.strangers;
  return [
    ...rendered,
    ...(decoy === "Page" ? [renderDecoy(lane, looks.page)] : []),
    ...(serverNames.length > 0 ? [renderOwn(lane)] : []),
  ];
}

/** What strangers are shown, who are no phones. */
export interface Strangers {
  /** What lanes' looks follow from. Only the cluster knows it. */
  readonly seed: string;
  /** What HTTP on chat gets: a page, or what WhatsApp says to it. */
  readonly decoy: "Page" | "None";
  /** Names that a hello on media must ask for; none: all hellos go to the media servers. */
  readonly serverNames: readonly string[];
}

/** What all lanes of a fleet have in common. */
interface LaneInput {
  readonly listeners: Listeners;
  readonly upstream: Upstream;
  readonly limits: ClientLimits;
  readonly strangers: Strangers;
}

interface Place {
  readonly lane: number;
  readonly listener: ListenerName;
  readonly looks: LaneLooks;
}

function frontend({ lane, listener, looks }: Place, given: LaneInput): string[] {
  const port = lanePort(lane, listener);
  const isChat = listener === "chat";
  const files = `ssl crt ${runDirectory}/lanes/${lane}.pem tls-ticket-keys ${runDirectory}/lanes/${lane}.tickets`;
  const tls = isChat ? [files, ...looks.tls] : [];
  const hasPage = isChat && given.strangers.decoy === "Page";
  const isNamed = given.strangers.serverNames.length > 0;
  const others = `    bind unix@${ownSocket(lane)} mode 600 ${tls.join(" ")}`;
  return [
    `frontend ${proxyName(lane, listener)}`,
    // Two sockets: one for both families would show an IPv4 client to WhatsApp as ::ffff:192.0.2.1.
    // One line: each line with TLS makes a context of its own, of which a bank of 256 lanes has
    // enough.
    `    bind 0.0.0.0:${port},[::]:${port} v6only ${[...tls, `tcp-ut ${peerGone}`].join(" ")}`,
    ...(isChat && isNamed ? [others] : []),
    ...(isChat ? [`    timeout client-hs ${looks.handshake}s`] : []),
    ...(hasPage ? pageTimes(looks) : []),
    // The list changes at run time. A header from anywhere else is bytes like any other, and not
    // believed.
    `    tcp-request connection expect-proxy layer4 if { src -f ${proxiesFile(lane)} }`,
    ...shareRules(lane, listener, listenersOf(given.listeners)),
    ...limitRules(given.limits, lane),
    `    tcp-request inspect-delay ${looks.firstByte}s`,
    ...firstRules({ lane, listener, looks }, given.strangers),
    `    default_backend ${upstreamBackend(lane, listener)}`,
  ];
}

function firstRules(
  { lane, listener }: Place,
  { decoy, serverNames }: Strangers,
): readonly string[] {
  if (listener === "chat" && decoy === "Page") return decoyRules(lane);
  if (listener === "media" && serverNames.length > 0) return nameRules(lane, serverNames);
  return firstByteRules[listener];
}

function pageTimes({ request }: LaneLooks): string[] {
  return [
    `    timeout http-request ${request}s`,
    // A connection of HTTP/2 could be kept open with no session to end, and its lane with it.
    "    option disable-h2-upgrade",
  ];
}

// A client that sends nothing, or on media not the first byte of TLS (0x16), is turned away before
// anything is opened for it upstream. Phones speak first: inside the outer TLS too, where the
// chat's own handshake begins.
const firstByteRules: Readonly<Record<ListenerName, readonly string[]>> = {
  chat: spokenFirst("req.len gt 0"),
  media: spokenFirst("req.payload(0,1) -m bin 16"),
  plainChat: spokenFirst("req.len gt 0"),
};

function spokenFirst(condition: string): readonly string[] {
  return [`    tcp-request content accept if { ${condition} }`, "    tcp-request content reject"];
}

// WhatsApp answers a phone's first words at once. It says nothing to half a handshake, which would
// hold its place for as long as a silent phone.
function firstAnswerRules({ firstAnswer }: LaneLooks): readonly string[] {
  return [
    `    tcp-response inspect-delay ${firstAnswer}s`,
    "    tcp-response content accept if { res.len gt 0 }",
    "    tcp-response content reject",
  ];
}

function backend({ lane, listener, looks }: Place, upstream: Upstream): string[] {
  const to = upstreamOf(listener);
  const header = to === "chat" ? proxyHeader[upstream.chat.proxyProtocol] : "";
  return [
    `backend ${upstreamBackend(lane, listener)}`,
    // Media is passed through untouched, so the kernel may move it without copying. Chat stays: its
    // bytes are decrypted here.
    ...(listener === "media" ? ["    option splice-auto"] : []),
    ...firstAnswerRules(looks),
    ...serverLines(upstream, to, (server) => `track upstream-${to}/${server} ${header}`),
  ];
}

const proxyHeader = { V2: "send-proxy-v2", V1: "send-proxy", None: "" };
