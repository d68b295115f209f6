import { type Fields, fieldsOf, listOf, numberOf, textOf, textsOf, timeOf } from "./json.ts";

/** How a group is served, as far as its fleet's status says. */
export type GroupState = "Served" | "Moving" | "CutOff" | "Unknown";

/** An address beside the one that a group uses now. */
export interface OtherAddress {
  readonly address: string;
  readonly phase: string;
  /** When that phase ends by itself. */
  readonly until: Date | undefined;
}

/** One slot of a fleet, and the group of people that it is for. */
export interface Group {
  readonly slot: number;
  readonly state: GroupState;
  readonly address: string | undefined;
  /** Since when it has this address. */
  readonly since: Date | undefined;
  /** Pattern of its DNS name. */
  readonly hostname: string | undefined;
  /** Countries of the audience in which its address is blocked. */
  readonly blockedIn: readonly string[];
  /** Its addresses that were blocked, and are remembered. */
  readonly burnt: number;
  readonly others: readonly OtherAddress[];
  readonly next: { readonly at: Date; readonly reason: string } | undefined;
  /** The operator's own words. */
  readonly message: string;
}

const inMaking = ["Provisioning", "Verifying"];

/** The groups of a fleet, each of its spec's slots once. */
export function groupsOf(fleet: Fields): readonly Group[] {
  const spec = fieldsOf(fleet["spec"]);
  const status = fieldsOf(fleet["status"]);
  const rows = listOf(status["slots"]);
  const addresses = listOf(status["addresses"]);
  const audience = textsOf(fieldsOf(spec["audience"])["countries"]);
  return Array.from({ length: countOf(spec, rows) }, (_, slot) =>
    groupOf(
      rows.find((row) => row["slot"] === slot),
      { slot, audience, addresses: addresses.filter((each) => each["slot"] === slot) },
    ),
  );
}

/** How many slots; a spec may leave the number to its default, and then the status knows it. */
function countOf(spec: Fields, rows: readonly Fields[]): number {
  const wished = numberOf(fieldsOf(spec["addresses"])["count"]);
  const seen = rows.flatMap((row) => numberOf(row["slot"]) ?? []);
  return Math.min(64, wished ?? Math.max(0, ...seen.map((slot) => slot + 1)));
}

interface Surroundings {
  readonly slot: number;
  readonly audience: readonly string[];
  readonly addresses: readonly Fields[];
}

function groupOf(row: Fields | undefined, { slot, audience, addresses }: Surroundings): Group {
  const address = textOf(row?.["address"]);
  const own = addresses.find((each) => each["address"] === address);
  const blockedIn = textsOf(row?.["blockedIn"]).filter(
    (country) => audience.length === 0 || audience.includes(country),
  );
  return {
    slot,
    state: row === undefined ? "Unknown" : stateOf({ address, blockedIn, addresses }),
    address,
    since: timeOf(own?.["since"]),
    hostname: textOf(row?.["hostname"]),
    blockedIn,
    burnt: numberOf(row?.["burnt"]) ?? 0,
    others: addresses.filter((each) => each !== own).flatMap(otherAddress),
    next: nextOf(fieldsOf(row?.["next"])),
    message: textOf(row?.["message"]) ?? "",
  };
}

function stateOf({
  address,
  blockedIn,
  addresses,
}: Pick<Group, "address" | "blockedIn"> & Pick<Surroundings, "addresses">): GroupState {
  if (address !== undefined && blockedIn.length === 0) return "Served";
  const isMoving = addresses.some(({ phase }) => inMaking.includes(String(phase)));
  return isMoving ? "Moving" : "CutOff";
}

function otherAddress(row: Fields): readonly OtherAddress[] {
  const [address, phase] = [textOf(row["address"]), textOf(row["phase"])];
  if (address === undefined || phase === undefined) return [];
  return [{ address, phase, until: timeOf(row["expires"]) }];
}

function nextOf(next: Fields): Group["next"] {
  const at = timeOf(next["at"]);
  return at === undefined ? undefined : { at, reason: textOf(next["reason"]) ?? "" };
}
