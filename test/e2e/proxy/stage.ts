import { TestFleet } from "../stage/fleet.ts";
import { whatsapp } from "../stage/people.ts";
import { succeed } from "../stage/process.ts";

/** The addresses of the host `inside` that people, and others, come from. */
export const clients: readonly string[] = Array.from(
  { length: 20 },
  (_, index) => `198.51.101.${50 + index}`,
);

/**
 * Most connections of one client to a pod. 2,000 people from 20 addresses stay under it even if all
 * come to one pod.
 */
export const perClient = 150;

/** Slots of the fleet that tests share. */
export const slots = 10;

/** What a test asks of a fleet of its own; it has one slot unless the test says otherwise. */
interface Wish {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly slots?: number;
  readonly spec?: Record<string, unknown>;
}

/** A fleet whose HAProxy sees the addresses of its clients: its traffic policy is Local. */
export function proxyFleet({ name, addresses, slots: count = 1, spec = {} }: Wish): TestFleet {
  const pools = [{ name }];
  const seeing = { addresses: { count, pools, externalTrafficPolicy: "Local" } };
  return new TestFleet({ name, addresses, spec: { ...seeing, ...spec } });
}

/** Makes the fleet, with people and WhatsApp around it, and waits until it serves. */
export async function bringUp(fleet: TestFleet): Promise<void> {
  await whatsapp();
  for (const client of clients) await giveAddress("inside", client);
  await fleet.create();
  await fleet.ready();
}

/** Gives one of the test hosts one more address, or finds that it has it. */
export async function giveAddress(host: "inside" | "meta", ip: string): Promise<void> {
  const place = ["ip", "address", "replace", `${ip}/24`, "dev", "eth0"];
  await succeed(["nsenter", `--net=/run/netns/${host}`, ...place]);
}

/**
 * The fleet that all files share whose tests only look at it, or send it people. The first that
 * asks makes it; it stays until the suite is over, when the cluster is cleared of fleets.
 */
export async function sharedFleet(): Promise<TestFleet> {
  const limits = { connectionsPerClient: perClient };
  const spec = { limits, rotation: { maxConcurrent: slots } };
  const addresses = ["203.0.113.192/28"];
  const fleet = proxyFleet({ name: "e2e-proxy", addresses, slots, spec });
  await bringUp(fleet);
  return fleet;
}
