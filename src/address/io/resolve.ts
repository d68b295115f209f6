import { Resolver } from "node:dns/promises";

/**
 * Gives the addresses of a host name, IPv4 before IPv6; none where it has none, or nobody answers.
 */
export type HostResolver = (hostname: string) => Promise<readonly string[]>;

/**
 * Asks the DNS servers of this machine for A and AAAA records. Nothing is cached: the name of a
 * load balancer may lead elsewhere soon.
 * @param servers others to ask, as `address:port`
 */
export function dnsResolver(servers?: readonly string[]): HostResolver {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  if (servers !== undefined) resolver.setServers(servers);
  return async (hostname) => {
    const answers = await Promise.allSettled([
      resolver.resolve4(hostname),
      resolver.resolve6(hostname),
    ]);
    return answers.flatMap((answer) =>
      answer.status === "fulfilled" ? answer.value.toSorted() : [],
    );
  };
}
