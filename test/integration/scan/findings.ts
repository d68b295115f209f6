import type { Features } from "./questions.ts";

/** A server that was scanned. */
export interface Scanned {
  readonly name: string;
  readonly group: string;
  readonly features: Features;
}

/** What a scan says of our lanes. */
export interface Findings {
  /** One value on all our lanes, and on no ordinary server: it finds all of ours by itself. */
  readonly telling: readonly Constant[];
  /** One value on all our lanes, which some ordinary server has too. */
  readonly shared: readonly Constant[];
  /** One value on all lanes of a fleet, and another on another fleet's: it links a fleet's lanes. */
  readonly linking: readonly string[];
  /** Features that differ between the lanes of one fleet. */
  readonly varying: readonly string[];
  /** The ordinary server that is most like ours, and in what of our constants it is not. */
  readonly nearest: { readonly name: string; readonly differsIn: readonly string[] };
}

/** A feature that is the same on all lanes. */
export interface Constant {
  readonly feature: string;
  readonly value: string;
}

const absent = "not seen";

/** Compares our lanes with ordinary servers. */
export function findingsOf(ours: readonly Scanned[], others: readonly Scanned[]): Findings {
  const names = [...new Set(ours.flatMap(({ features }) => Object.keys(features)))];
  const values = (of: readonly Scanned[], name: string) =>
    new Set(of.map(({ features }) => features[name] ?? absent));
  const constants = names.flatMap((feature) => {
    const [value = absent, ...more] = values(ours, feature);
    return more.length === 0 ? [{ feature, value }] : [];
  });
  const isConstant = new Set(constants.map(({ feature }) => feature));
  const groups = [...Map.groupBy(ours, ({ group }) => group).values()];
  const linking = names.filter(
    (name) => !isConstant.has(name) && groups.every((group) => values(group, name).size === 1),
  );
  const isShared = ({ feature, value }: Constant) => values(others, feature).has(value);
  return {
    telling: constants.filter((constant) => !isShared(constant)),
    shared: constants.filter(isShared),
    linking,
    varying: names.filter((name) => !isConstant.has(name) && !linking.includes(name)),
    nearest: nearestOf(constants, others),
  };
}

function nearestOf(
  constants: readonly Constant[],
  others: readonly Scanned[],
): Findings["nearest"] {
  const compared = others.map(({ name, features }) => ({
    name,
    differsIn: constants
      .filter(({ feature, value }) => (features[feature] ?? absent) !== value)
      .map(({ feature }) => feature),
  }));
  const [nearest] = compared.toSorted((a, b) => a.differsIn.length - b.differsIn.length);
  return nearest ?? { name: "none", differsIn: [] };
}
