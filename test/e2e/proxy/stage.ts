import { TestFleet } from "../stage/fleet.ts";
import { run } from "../stage/process.ts";
import { Upstreams, ports } from "./upstreams.ts";

/** The one fleet that all promises of this suite are tried on, and the WhatsApps behind it. */
export interface Stage {
  readonly fleet: TestFleet;
  readonly upstreams: Upstreams;
  /** Addresses of the host `inside`: with traffic policy Local, HAProxy sees them. */
  readonly clients: readonly string[];
}

/** The addresses that people, and others, come from. */
const clients = Array.from({ length: 20 }, (_, index) => `198.51.101.${50 + index}`);

export const slots = 10;

/**
 * Most connections of one client to a pod. 2,000 people from 20 addresses stay under it even if all
 * come to one pod.
 */
export const perClient = 150;

export function newStage(): Stage {
  const fleet = new TestFleet({
    name: "e2e-proxy",
    addresses: ["203.0.113.128/26"],
    spec: {
      addresses: { count: slots, pools: [{ name: "e2e-proxy" }], externalTrafficPolicy: "Local" },
      upstream: {
        chat: { servers: [`chat.proxy.test:${ports.chat}`, `spare.proxy.test:${ports.chat}`] },
        media: { servers: [`media.proxy.test:${ports.media}`] },
      },
      limits: { connectionsPerClient: perClient },
      rotation: { maxConcurrent: slots },
    },
  });
  return { fleet, upstreams: new Upstreams(), clients };
}

/** WhatsApp at .21 is where the names lead, at .22 is the spare. */
export async function setUp({ fleet, upstreams }: Stage): Promise<void> {
  for (const client of clients)
    await run([
      "nsenter",
      "--net=/run/netns/inside",
      "ip",
      "address",
      "replace",
      `${client}/24`,
      "dev",
      "eth0",
    ]);
  await upstreams.begin();
  await Promise.all([upstreams.start(21), upstreams.start(22)]);
  await upstreams.name({ "chat.proxy.test": 21, "media.proxy.test": 21, "spare.proxy.test": 22 });
  await fleet.create();
  await fleet.ready();
}

export async function cleanUp({ fleet, upstreams }: Stage): Promise<void> {
  await fleet.remove();
  await upstreams.end();
}
