import { problemWith, tcp } from "../../address/io/probe-listener.ts";
import { parseProxyAddress } from "../../api/proxy-address.ts";
import { parseWhatsAppProxy } from "../../api/fleet.ts";
import type { CustomObject } from "../../kubernetes/objects.ts";
import type { Observed } from "../../overview/observed.ts";
import { type Finding, ok, unknown, warning } from "./finding.ts";

/** Whether addresses are tried from here: by default unless calls to the cluster take a proxy. */
export const connectChoices = ["auto", "always", "never"] as const;
export type Connect = (typeof connectChoices)[number];

/** More would look like a scan. */
const mostAddresses = 64;

/**
 * Shakes hands with each published address of a fleet from here, as a phone would.
 * @param isProxied whoever set a proxy may want nothing to go direct
 */
export async function handshakeFindings(
  { fleets: [fleet], addresses = [] }: Observed,
  connect: Connect,
  isProxied: boolean,
): Promise<readonly Finding[]> {
  const targets = addresses.flatMap((raw) => targetOf(raw, fleet)).slice(0, mostAddresses);
  if (targets.length === 0 || connect === "never") return [];
  if (isProxied && connect === "auto") return [leftOut];
  return Promise.all(targets.map(tried));
}

const leftOut = unknown(
  "Handshake",
  "the addresses were not tried from here, since your calls to the cluster take a proxy, and these would not",
  "add --connect=always if the fleet's addresses may see yours",
);

/** A published address, and what it must show. */
interface Target {
  readonly address: string;
  readonly certificate: string;
  readonly mediaServer: string | undefined;
  readonly ports: readonly {
    readonly name: "chat" | "media" | "plainChat";
    readonly port: number;
  }[];
}

function targetOf(raw: CustomObject, fleet: CustomObject | undefined): readonly Target[] {
  const entry = parseProxyAddress(raw);
  const owner = fleet === undefined ? undefined : parseWhatsAppProxy(fleet);
  if (!entry.ok || owner?.ok !== true) return [];
  const { spec, status } = entry.value;
  const address = status.address ?? spec.address;
  const certificate = status.certificateSHA256;
  const isOwn = spec.claimRef.uid === owner.value.metadata.uid;
  if (!isOwn || status.phase !== "Serving") return [];
  if (address === undefined || certificate === undefined) return [];
  const [mediaServer] = owner.value.spec.upstream.media.servers;
  return [{ address, certificate, mediaServer, ports: spec.ports }];
}

async function tried({ address, ports, ...expected }: Target): Promise<Finding> {
  const problems = await Promise.all(
    ports.map(async ({ name, port }) => {
      const point = { host: address, port, hasHeader: false };
      const problem = await problemWith(name, [point], { expected, network: tcp });
      return problem === undefined ? [] : [`${name}: ${problem}`];
    }),
  );
  const found = problems.flat();
  if (found.length === 0) return ok("Handshake", `${address} answers here as it should`);
  return warning(
    "Handshake",
    `${address} fails from here: ${found.join("; ")}`,
    "try it from another network: it may be blocked or filtered here, or closed to you by spec.addresses.loadBalancerSourceRanges. If it fails everywhere, see kubectl proxyfleet why",
  );
}
