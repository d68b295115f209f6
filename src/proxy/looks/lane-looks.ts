import type { Random } from "../../values/random.ts";
import { page, type Page } from "./page.ts";
import { between, pick, seededBy } from "./pick.ts";

/**
 * What a stranger can see of a lane without being a phone, but for its certificate. Lanes differ in
 * it, within bounds that phones don't notice.
 */
export interface LaneLooks {
  /** Until a handshake that does not go on is given up, in seconds. */
  readonly handshake: number;
  /** Until somebody who says nothing is turned away, in seconds. */
  readonly firstByte: number;
  /** Until somebody whom WhatsApp does not answer is turned away, in seconds. */
  readonly firstAnswer: number;
  /** Until the rest of an HTTP request must have come, in seconds. */
  readonly request: number;
  /** Options of TLS, as HAProxy's `bind` takes them. */
  readonly tls: readonly string[];
  readonly page: Page;
}

/**
 * The looks of a lane. They stay the same for as long as the fleet lives, and nobody who lacks the
 * seed can tell which lanes belong together.
 * @param seed what only the cluster knows of the fleet: its uid
 */
export function laneLooks(seed: string, lane: number): LaneLooks {
  const random = seededBy("looks", seed, lane);
  return {
    handshake: between(random, 12, 20),
    firstByte: between(random, 12, 20),
    // No longer than 15 s: a session that is shut down while it waits here is freed by HAProxy 3.0
    // only when that time is over, and its lane waits for it.
    firstAnswer: between(random, 11, 15),
    // A lane that closes waits for who has yet to say something, too.
    request: pick(random, [5, 8, 10, 10, 12, 15]),
    tls: tlsOptions(random),
    page: page(random),
  };
}

/**
 * Every phone finds what it needs in each of them: TLS 1.2 and 1.3, X25519 and P-256, AES-128 and
 * ChaCha20. No HTTP/2: a measurement service that offers nothing else hangs up after the handshake.
 */
function tlsOptions(random: Random): readonly string[] {
  const older = pick(random, [
    undefined,
    "ECDHE+AESGCM:ECDHE+CHACHA20",
    "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES",
    "ECDHE+AES128:ECDHE+CHACHA20",
  ]);
  const newer = pick(random, [
    undefined,
    undefined,
    "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256",
  ]);
  const curves = pick(random, [undefined, undefined, "X25519:P-256", "X25519:P-256:P-384"]);
  return [
    ...(random() < 0.5 ? ["alpn http/1.1"] : []),
    ...(older === undefined ? [] : [`ciphers ${older}`]),
    ...(newer === undefined ? [] : [`ciphersuites ${newer}`]),
    ...(curves === undefined ? [] : [`curves ${curves}`]),
  ];
}
