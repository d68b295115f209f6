import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Listener, StepFailure, TestOutcome, TestStep } from "../../reachability/evidence.ts";
import { present } from "../../values/present.ts";
import { type Millis, seconds } from "../../values/time.ts";
import type { AssignedTarget } from "../protocol.ts";
import { isGenuine } from "./chain.ts";
import { StepError, UntriedError, openTcp, openTls } from "./connect.ts";
import { type TransferLimit, slowestBytesPerSecond, transfer, transferBytes } from "./transfer.ts";

/** How long each step may take, for a bad line. */
export interface StepLimits {
  /** Long enough for four SYN packets: they go out after 0, 1, 3 and 7 s (RFC 6298 §2). */
  readonly tcp: Millis;
  readonly tls: Millis;
  /** How long bytes may stand still. */
  readonly stall: Millis;
  /** In each direction. */
  readonly transfer: Millis;
  /** A line that crawled so long before its server hung up: few servers wait less than 5 s. */
  readonly crawl: Millis;
}

export const stepLimits: StepLimits = {
  tcp: seconds(10),
  tls: seconds(15),
  stall: seconds(15),
  transfer: seconds(transferBytes / slowestBytesPerSecond),
  crawl: seconds(3),
};

export interface TestOptions {
  readonly limits: StepLimits;
  readonly stop: AbortSignal;
  /** Also move 48 KB each way where media works. */
  readonly moves: boolean;
  /** Authorities that are believed besides those of Node, as PEM: for tests. */
  readonly authorities?: string;
}

/** One port of an address, and what it should show. */
export interface TestedPort extends Pick<
  AssignedTarget,
  "address" | "certificateSHA256" | "mediaServerName"
> {
  readonly listener: Listener;
  readonly port: number;
}

/**
 * Tests one port of an address, step by step, and hangs up.
 * - plainChat: TCP.
 * - chat: TCP, TLS, and whether the certificate is the lane's. No byte of data follows: what is
 *   behind speaks WhatsApp's own protocol, and would have to be opened for every test. So neither
 *   the way on to WhatsApp nor a freeze is seen here.
 * - media: TCP, TLS with WhatsApp's own servers through the proxy, their certificate, and 48 KB each
 *   way.
 * The TLS hello is Node's, not the app's: a censor that knows the app by its hello treats the two
 * differently.
 * @returns undefined where this machine could not try, or was stopped
 */
export async function testPort(
  tested: TestedPort,
  options: TestOptions,
): Promise<TestOutcome | undefined> {
  const reached = new Reached();
  try {
    const step = await upTo(tested, options, reached);
    // The last bytes of the handshake still go out: a broken one would stand out.
    reached.secure?.destroySoon();
    return { kind: "Worked", upTo: step };
  } catch (error) {
    if (error instanceof UntriedError) return undefined;
    if (!(error instanceof StepError)) throw error;
    return { kind: "Failed", at: reached.step, failure: error.failure };
  } finally {
    if (reached.secure?.writableEnded !== true) reached.socket?.destroy();
  }
}

/** How far a test has come. */
class Reached {
  step: TestStep = "tcp";
  socket: Socket | undefined;
  secure: TLSSocket | undefined;
}

async function upTo(tested: TestedPort, options: TestOptions, reached: Reached): Promise<TestStep> {
  const { address: host, port, listener } = tested;
  const { limits, stop, authorities } = options;
  const socket = await openTcp({ host, port }, { ms: limits.tcp, stop });
  reached.socket = socket;
  if (listener === "plainChat") return "tcp";
  reached.step = "tls";
  const serverName = listener === "media" ? tested.mediaServerName : undefined;
  const handshake = present({ serverName, authorities });
  const secure = await openTls(socket, handshake, { ms: limits.tls, stop });
  reached.secure = secure;
  return listener === "media"
    ? mediaUpTo({ tested, socket, secure }, options, reached)
    : chatUpTo(tested, secure, reached);
}

function chatUpTo(
  { certificateSHA256 }: TestedPort,
  secure: TLSSocket,
  reached: Reached,
): TestStep {
  if (certificateSHA256 === undefined) return "tls";
  reached.step = "certificate";
  const { raw } = secure.getPeerCertificate();
  const seen = createHash("sha256").update(raw).digest("hex");
  if (seen !== certificateSHA256) throw new StepError(someoneElse);
  return "certificate";
}

const someoneElse: StepFailure = { kind: "WrongCertificate" };

interface MediaPipe {
  readonly tested: TestedPort;
  readonly socket: Socket;
  readonly secure: TLSSocket;
}

async function mediaUpTo(
  { tested, socket, secure }: MediaPipe,
  { limits, stop, moves, authorities }: TestOptions,
  reached: Reached,
): Promise<TestStep> {
  reached.step = "upstream";
  if (!isGenuine(secure, { name: tested.mediaServerName, ...present({ authorities }) }))
    throw new StepError(someoneElse);
  if (!moves) return "upstream";
  reached.step = "transfer";
  const pipe = { socket, secure, host: tested.mediaServerName };
  const limit: TransferLimit = {
    ms: limits.transfer,
    stallMs: limits.stall,
    crawlMs: limits.crawl,
    stop,
  };
  return (await transfer(pipe, limit)) === "Whole" ? "transfer" : "upstream";
}
