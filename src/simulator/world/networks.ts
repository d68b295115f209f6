import { memoize } from "../../values/memoize.ts";
import { formatIp, parseIp, parseRange } from "../../values/ip.ts";

/** The /24 that an IPv4 address lies in. */
export function networkOf(address: string): string {
  const { value } = parseIp(address);
  return `${formatIp({ family: 4, value: (value >> 8n) << 8n })}/24`;
}

/** A hosting provider: how many addresses of the pool are its, and in which networks. */
export interface Hosting {
  readonly pool: string;
  /** Ranges of the pool. */
  readonly addresses: readonly string[];
  /** All networks of the provider. */
  readonly networks: readonly string[];
}

/** Addresses of one reservation lie side by side (a /29), and reservations in different /24s. */
const reservation = 8;

/**
 * Spreads so many addresses over hosting providers, as somebody would rent them: a few here, a few
 * there. @param oneNetwork all side by side, at one provider
 */
export function hostings(
  count: number,
  { providers, oneNetwork }: { readonly providers: number; readonly oneNetwork: boolean },
): readonly Hosting[] {
  if (oneNetwork) return [hosting(0, [rangeOf(`${firstOctet}.0.0`, count)])];
  return Array.from({ length: providers }, (_, provider) => {
    const own = Math.floor(count / providers) + (provider < count % providers ? 1 : 0);
    const addresses: string[] = [];
    for (let left = own, network = 0; left > 0; left -= reservation, network++)
      addresses.push(rangeOf(`${firstOctet + provider}.0.${network}`, Math.min(left, reservation)));
    return hosting(provider, addresses);
  }).filter(({ addresses }) => addresses.length > 0);
}

/** Networks of the simulated world: no packet is ever sent there. */
const firstOctet = 101;

function hosting(provider: number, addresses: readonly string[]): Hosting {
  const networks = [`${firstOctet + provider}.0.0.0/8`];
  return { pool: `hosting-${provider + 1}`, addresses, networks };
}

/** The addresses from 1 up of a /24, and of those after it. */
function rangeOf(network: string, count: number): string {
  const first = parseIp(`${network}.1`);
  const last = { family: 4, value: first.value + BigInt(count - 1) } as const;
  return `${formatIp(first)}-${formatIp(last)}`;
}

/** All addresses of a pool, one by one. */
export const addressesOf = memoize((hosting: Hosting): readonly string[] =>
  hosting.addresses.flatMap((text) => {
    const { first, last } = parseRange(text);
    return Array.from({ length: Number(last - first) + 1 }, (_, index) =>
      formatIp({ family: 4, value: first + BigInt(index) }),
    );
  }),
);
