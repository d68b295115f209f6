import { present } from "../../values/present.ts";
import type { Random } from "../../values/random.ts";
import type { Endpoint } from "../endpoint.ts";
import { isGenuine } from "./chain.ts";
import { StepError, UntriedError, openTcp, openTls } from "./connect.ts";
import type { TestOptions } from "./test-port.ts";

/**
 * Whether anything abroad is reached that is no address of ours: one of the hosts answers TLS with a
 * certificate of its own name, which nobody in between can make. Tried in random order, one after
 * the other, until one does.
 * @returns undefined where there is none to try, or the test was stopped
 */
export async function reachesElsewhere(
  hosts: readonly Endpoint[],
  options: Omit<TestOptions, "moves">,
  random: Random,
): Promise<boolean | undefined> {
  const inOrder = hosts
    .map((host) => ({ host, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ host }) => host);
  for (const host of inOrder) {
    if (await answers(host, options)) return true;
    if (options.stop.aborted) return undefined;
  }
  return hosts.length === 0 ? undefined : false;
}

/** A name that can't be resolved is not reached either. */
async function answers(
  endpoint: Endpoint,
  { limits, stop, authorities }: Omit<TestOptions, "moves">,
): Promise<boolean> {
  try {
    const socket = await openTcp(endpoint, { ms: limits.tcp, stop });
    const { host } = endpoint;
    const handshake = { host, serverName: host, ...present({ authorities }) };
    const secure = await openTls(socket, handshake, { ms: limits.tls, stop });
    const isReached = isGenuine(secure, { name: host, ...present({ authorities }) });
    secure.destroy();
    socket.destroy();
    return isReached;
  } catch (error) {
    if (error instanceof StepError || error instanceof UntriedError) return false;
    throw error;
  }
}
