import { type AddressView, isHeldLit } from "../ledger/view.ts";
import { type Instant, earliest, minutes, plus } from "../values/time.ts";

/** By these a load balancer holds a Service itself, while it takes it down. */
const balancersOwn: ReadonlySet<string> = new Set([
  "service.kubernetes.io/load-balancer-cleanup",
  "service.k8s.aws/resources",
]);

/** A cloud takes some minutes to take down a load balancer: no news before. */
const patience = minutes(10);

/**
 * Addresses that should be dark, and whose Service somebody holds who has no business with it, or the
 * load balancer for long. Their lanes are closed long before.
 */
export function heldLit(addresses: readonly AddressView[], now: Instant): readonly AddressView[] {
  return addresses.filter(
    (address) => isHeldLit(address) && (isHeldByOthers(address) || now >= newsAt(address)),
  );
}

/** When the load balancer has held the next one for long. */
export function nextHeldLitAt(
  addresses: readonly AddressView[],
  now: Instant,
): Instant | undefined {
  return earliest(
    ...addresses
      .filter(isHeldLit)
      .map(newsAt)
      .filter((at) => at > now),
  );
}

function isHeldByOthers({ leaving }: AddressView): boolean {
  return (leaving?.heldBy ?? []).some((finalizer) => !balancersOwn.has(finalizer));
}

function newsAt({ leaving, phaseSince }: AddressView): Instant {
  return plus(leaving?.since ?? phaseSince, patience);
}
