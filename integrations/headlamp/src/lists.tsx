import { readFleet } from "../../fleet-status/fleet.ts";
import { headline, type Word } from "../../fleet-status/words.ts";
import { type Column, headlamp, type KubeObject, React } from "./headlamp.ts";
import { addresses, fleets, type Kind, pools, vantagePoints } from "./kinds.ts";
import { addressWord, fleetWord, Label, poolWord, workingWord } from "./labels.tsx";
import { readAddress, readPool, readVantagePoint } from "./read.ts";

const { ResourceListView } = headlamp.CommonComponents;

/** A column whose value is a text or a number. */
function column(label: string, getValue: (object: unknown) => string | number): Column {
  return { id: label, label, getValue: ({ jsonData }) => getValue(jsonData) };
}

/** A column that shows a word in its colour. */
function words(label: string, wordOf: (object: unknown) => Word): Column {
  return {
    id: label,
    label,
    getValue: ({ jsonData }) => wordOf(jsonData).text,
    render: ({ jsonData }: KubeObject) => <Label word={wordOf(jsonData)} />,
  };
}

const columns = new Map<Kind, readonly Column[]>([
  [
    fleets,
    [
      "name",
      "namespace",
      words("State", (object) => fleetWord(readFleet(object))),
      column("What people have", (object) => headline(readFleet(object)).text),
      column("Groups", (object) => readFleet(object).groups.length),
      column("Pods", (object) => readFleet(object).readyPods),
      "age",
    ],
  ],
  [
    addresses,
    [
      "name",
      words("State", (object) => addressWord(readAddress(object))),
      column("Address", (object) => readAddress(object).address),
      column("Fleet", (object) => {
        const { namespace, name } = readAddress(object).fleet;
        return `${namespace}/${name}`;
      }),
      column("Group", (object) => readAddress(object).slot ?? ""),
      column("Pool", (object) => readAddress(object).pool),
      "age",
    ],
  ],
  [
    pools,
    [
      "name",
      words("State", (object) => poolWord(readPool(object))),
      column("Provider", (object) => readPool(object).provider),
      column("In use", (object) => readPool(object).serving ?? ""),
      column("Draining", (object) => readPool(object).draining ?? ""),
      column("Quarantined", (object) => readPool(object).quarantined ?? ""),
      column("All", (object) => readPool(object).total ?? ""),
      "age",
    ],
  ],
  [
    vantagePoints,
    [
      "name",
      words("State", (object) => workingWord(readVantagePoint(object))),
      column("Country", (object) => readVantagePoint(object).country),
      column("Role", (object) => readVantagePoint(object).role),
      column("Service", (object) => readVantagePoint(object).service),
      "age",
    ],
  ],
]);

/** The list of a kind's objects. */
export function KindList({ of }: { readonly of: Kind }) {
  return (
    <ResourceListView
      title={of.label}
      resourceClass={of.resourceClass}
      columns={columns.get(of) ?? ["name", "age"]}
    />
  );
}
