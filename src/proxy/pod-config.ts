import { placedServers } from "./haproxy/upstream.ts";
import { type HaproxyInput, renderHaproxyConfig } from "./haproxy.ts";
import { listenersOf } from "../ledger/lanes.ts";
import type { TicketSecret } from "./ticket-secret.ts";
import { closedNetworks } from "./upstream-networks.ts";

/** An open lane with its certificate, as a pod gets it. */
export interface CertifiedLane {
  readonly lane: number;
  /** The name of the ProxyAddress that the lane serves. */
  readonly address: string;
  /**
   * The uid of that ProxyAddress: an address that is claimed again is another tenant, with another
   * certificate.
   */
  readonly uid: string;
  /** The certificate's fingerprint: SHA-256 of its DER form, in lower-case hexadecimal. */
  readonly certificateSHA256: string;
  /** The certificate, then its private key. */
  readonly pem: string;
  /** What its keys of TLS tickets follow from. */
  readonly tickets: TicketSecret;
  /**
   * CIDR ranges whose PROXY header is believed; none for a load balancer that speaks no PROXY
   * protocol.
   */
  readonly proxiesFrom: readonly string[];
}

export interface PodConfigInput extends HaproxyInput {
  readonly open: readonly CertifiedLane[];
}

/**
 * The content of a fleet's Secret before it is compressed, as plain text by key: `haproxy.cfg`,
 * `lanes.json`, and `lane-<n>.pem` and `lane-<n>.tickets` for each open lane. All in one Secret,
 * since a pod sees the keys of one volume change together, and those of two volumes not.
 * @param hash a digest of a text, in hexadecimal; it makes `revision`, by which a pod reports what
 * it has loaded. It sees no private key and no ticket secret.
 * @throws UpstreamAddressError if a server of `upstream` is not "host:port"
 */
export function renderPodConfig(
  input: PodConfigInput,
  hash: (text: string) => string,
): Record<string, string> {
  const config = renderHaproxyConfig(input);
  const open = input.open.toSorted((a, b) => a.lane - b.lane);
  const lanes = {
    maxConnections: input.limits.maxConnections,
    bank: input.bank,
    listeners: listenersOf(input.listeners),
    servers: {
      chat: placedServers(input.upstream, "chat").map(({ name }) => name),
      media: placedServers(input.upstream, "media").map(({ name }) => name),
    },
    upstreams: { refused: closedNetworks, allowed: input.upstream.privateNetworks ?? [] },
    open: open.map(({ lane, address, uid, certificateSHA256, tickets, proxiesFrom }) => ({
      lane,
      address,
      uid,
      certificateSHA256,
      ticketsSince: tickets.since,
      proxiesFrom: proxiesFrom.toSorted(),
    })),
  };
  const revision = hash(`${config}\n${JSON.stringify(lanes)}`);
  return {
    "haproxy.cfg": config,
    "lanes.json": `${JSON.stringify({ revision, ...lanes })}\n`,
    ...Object.fromEntries(
      open.flatMap(({ lane, pem, tickets }) => [
        [`lane-${lane}.pem`, pem],
        [`lane-${lane}.tickets`, tickets.secret],
      ]),
    ),
  };
}
