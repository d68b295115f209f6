import { fieldsOf, listOf, numberOf, textOf, timeOf } from "../../fleet-status/json.ts";

/** A ledger entry: an address, and what it is for. */
export interface Address {
  readonly pool: string;
  readonly address: string;
  readonly fleet: { readonly namespace: string; readonly name: string; readonly uid: string };
  readonly slot: number | undefined;
  readonly phase: string;
  readonly phaseSince: Date | undefined;
  /** Countries in which it is blocked. */
  readonly blockedIn: readonly string[];
  readonly retiredBecause: string | undefined;
  /** When it may be used again. */
  readonly restsUntil: Date | undefined;
  readonly verdicts: readonly {
    readonly country: string;
    readonly verdict: string;
    readonly message: string;
  }[];
}

/** Reads a ProxyAddress, whatever it is. */
export function readAddress(object: unknown): Address {
  const spec = fieldsOf(fieldsOf(object)["spec"]);
  const status = fieldsOf(fieldsOf(object)["status"]);
  const claim = fieldsOf(spec["claimRef"]);
  const verdicts = listOf(status["reachability"]).map((row) => ({
    country: textOf(row["country"]) ?? "",
    verdict: textOf(row["verdict"]) ?? "",
    message: textOf(row["message"]) ?? "",
  }));
  return {
    pool: textOf(spec["pool"]) ?? "",
    address: textOf(spec["address"]) ?? textOf(status["address"]) ?? "",
    fleet: {
      namespace: textOf(claim["namespace"]) ?? "",
      name: textOf(claim["name"]) ?? "",
      uid: textOf(claim["uid"]) ?? "",
    },
    slot: numberOf(claim["slot"]),
    phase: textOf(status["phase"]) ?? "",
    phaseSince: timeOf(status["phaseSince"]),
    blockedIn: verdicts.flatMap(({ country, verdict }) => (verdict === "Blocked" ? country : [])),
    retiredBecause: textOf(spec["retiredBecause"]),
    restsUntil: timeOf(spec["quarantineUntil"]),
    verdicts,
  };
}

/** A pool, and how many addresses it has left. */
export interface Pool {
  readonly provider: string;
  readonly total: number | undefined;
  readonly serving: number | undefined;
  readonly draining: number | undefined;
  readonly quarantined: number | undefined;
  readonly free: number | undefined;
}

/** Reads an AddressPool, whatever it is. */
export function readPool(object: unknown): Pool {
  const spec = fieldsOf(fieldsOf(object)["spec"]);
  const status = fieldsOf(fieldsOf(object)["status"]);
  return {
    provider: textOf(spec["provider"]) ?? "",
    total: numberOf(status["total"]),
    serving: numberOf(status["serving"]),
    draining: numberOf(status["draining"]),
    quarantined: numberOf(status["quarantined"]),
    free: numberOf(status["free"]),
  };
}

/** Where something is measured from, and whether that works. */
export interface VantagePoint {
  readonly country: string;
  readonly role: string;
  readonly service: string;
  readonly lastResult: Date | undefined;
  readonly isWorking: boolean | undefined;
  readonly message: string;
}

const services = ["globalping", "checkHost", "agent", "http"];

/** Reads a VantagePoint, whatever it is. */
export function readVantagePoint(object: unknown): VantagePoint {
  const spec = fieldsOf(fieldsOf(object)["spec"]);
  const status = fieldsOf(fieldsOf(object)["status"]);
  const working = listOf(status["conditions"]).find(({ type }) => type === "Working");
  const known: Readonly<Record<string, boolean>> = { True: true, False: false };
  return {
    country: textOf(spec["country"]) ?? "",
    role: textOf(spec["role"]) ?? "Probe",
    service: services.find((name) => spec[name] !== undefined) ?? "",
    lastResult: timeOf(status["lastResult"]),
    isWorking: known[textOf(working?.["status"]) ?? ""],
    message: textOf(working?.["message"]) ?? "",
  };
}

/** The pools that a fleet names, in order of preference. */
export function poolNames(fleet: unknown): readonly string[] {
  const spec = fieldsOf(fieldsOf(fieldsOf(fleet)["spec"])["addresses"]);
  return listOf(spec["pools"]).flatMap(({ name }) => textOf(name) ?? []);
}
