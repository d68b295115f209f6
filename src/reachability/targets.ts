import { testedMediaServer } from "../api/media-name.ts";
import type { WhatsAppProxy } from "../api/fleet.ts";
import type { ProxyAddress } from "../api/proxy-address.ts";
import type { VantagePoint } from "../api/vantage-point.ts";
import { type AddressView, publishedAddress } from "../ledger/view.ts";
import type { Target } from "./sources/source.ts";
import { countriesOf, vantagePointsOf } from "./vantage-points.ts";
import { mayTest } from "./verdict.ts";

/** An entry of the ledger, as it is written and as decisions see it. */
export interface LedgerAddress {
  readonly entry: ProxyAddress;
  readonly view: AddressView;
}

/** A fleet with all that the ledger holds for it. */
export interface FleetAddresses {
  readonly fleet: WhatsAppProxy;
  readonly addresses: readonly LedgerAddress[];
}

/** A published address that a vantage point may test. */
export interface MeasuredTarget extends Target {
  /** The evidence so far speaks against it, and not enough of it for a verdict. */
  readonly isSuspected: boolean;
}

/** Who measures, and what it may be given. */
export interface Measuring {
  readonly vantagePoint: VantagePoint;
  /** All that there are, this one included. */
  readonly all: readonly VantagePoint[];
  readonly fleets: readonly FleetAddresses[];
}

/**
 * What a vantage point may test: published addresses of the fleets that it counts for. Never one
 * that is warm, reserved, in the making, draining or at rest, since asking a public service gives an
 * address away. No port that is known to be blocked there: a test would renew the block. And none
 * that its load balancer has lost, since no censor is to blame for its silence.
 */
export function targetsOf({ vantagePoint, all, fleets }: Measuring): readonly MeasuredTarget[] {
  const found = fleets.flatMap(({ fleet, addresses }) => {
    const isMeasured =
      fleet.metadata.deletionTimestamp === undefined &&
      vantagePointsOf(fleet.spec, [vantagePoint]).length > 0;
    if (!isMeasured) return [];
    const countries = concerned(vantagePoint, countriesOf(fleet.spec, all));
    return publishedOf(addresses).flatMap((address) => targetOf(fleet, address, countries));
  });
  const distinct = new Map(found.map((target) => [target.address, target]));
  return [...distinct.values()].toSorted((a, b) => (a.address < b.address ? -1 : 1));
}

/** The countries that a test tells something of: for a control, all of the fleet's. */
function concerned({ spec }: VantagePoint, ofFleet: readonly string[]): readonly string[] {
  return spec.role === "Control" && ofFleet.length > 0 ? ofFleet : [spec.country];
}

/** The addresses that people use, as far as those serve: one for each slot at most. */
export function publishedOf(addresses: readonly LedgerAddress[]): readonly LedgerAddress[] {
  const views = addresses.map(({ view }) => view);
  const chosen = new Set(views.map(({ slot }) => publishedAddress(views, slot)));
  return addresses.filter(
    ({ view }) =>
      chosen.has(view) && !view.deleting && !view.repeat && !view.unusable && !view.lost,
  );
}

function targetOf(
  { spec }: WhatsAppProxy,
  { entry, view }: LedgerAddress,
  countries: readonly string[],
): readonly MeasuredTarget[] {
  const { reachability } = view;
  const ports = entry.spec.ports
    .map(({ name, port }) => ({ listener: name, port }))
    .filter(({ listener }) =>
      countries.some((country) => mayTest(reachability, { country, listener })),
    );
  if (view.address === undefined || ports.length === 0) return [];
  return [
    {
      address: view.address,
      ports,
      certificateSHA256: entry.status.certificateSHA256,
      mediaServerName: hostOf(testedMediaServer(spec)),
      isSuspected: reachability.some(
        ({ country, verdict }) => verdict === "Suspected" && countries.includes(country),
      ),
    },
  ];
}

/** The host of `host:port`; brackets of an IPv6 address stay, as in a URL. */
function hostOf(server: string): string {
  return server.replace(/:\d+$/, "");
}
