import type { ReactNode } from "react";
import { readFleet, type Trouble } from "../../fleet-status/fleet.ts";
import type { Group } from "../../fleet-status/groups.ts";
import { headline, nextReason, phaseWords, stateWords } from "../../fleet-status/words.ts";
import { type Fact, headlamp, React } from "./headlamp.ts";
import { addresses, fleets, type Kind, pools, vantagePoints } from "./kinds.ts";
import { addressWord, Label, Moment, poolWord, workingWord } from "./labels.tsx";
import { readAddress, readPool, readVantagePoint } from "./read.ts";

const { ConditionsTable, DetailsGrid, SectionBox, SimpleTable } = headlamp.CommonComponents;

// Long words wrap inside of their column, and push no other one out of the page.
const narrow = "max-content";
const wide = "minmax(0, 1fr)";
const widest = "minmax(0, 2fr)";

/** What is shown of an object beside what Headlamp shows of every one. */
interface Detail {
  readonly facts: (object: unknown) => readonly Fact[];
  readonly section?: (object: unknown) => ReactNode;
}

const details = new Map<Kind, Detail>([
  [fleets, { facts: fleetFacts, section: (object) => <FleetSections object={object} /> }],
  [addresses, { facts: addressFacts, section: (object) => <Verdicts object={object} /> }],
  [pools, { facts: poolFacts }],
  [vantagePoints, { facts: vantagePointFacts }],
]);

/** The detail view of a kind: of the object that the page's address names. */
export function KindDetails({ of }: { readonly of: Kind }) {
  const { name = "", namespace } = headlamp.ReactRouter.useParams();
  const { facts, section } = details.get(of) ?? { facts: () => [] };
  return (
    <DetailsGrid
      resourceType={of.resourceClass}
      name={name}
      namespace={namespace}
      withEvents
      extraInfo={(item) => item && facts(item.jsonData)}
      extraSections={(item) =>
        item === null
          ? []
          : [
              ...(section === undefined
                ? []
                : [{ id: "proxyfleet.section", section: section(item.jsonData) }]),
              { id: "proxyfleet.conditions", section: <Conditions object={item.jsonData} /> },
            ]
      }
    />
  );
}

/** What somebody wrote, in whichever direction their script runs. */
function Words({ text }: { readonly text: string }) {
  return <div dir="auto">{text}</div>;
}

function Conditions({ object }: { readonly object: unknown }) {
  return (
    <SectionBox title="Conditions">
      <ConditionsTable resource={object} />
    </SectionBox>
  );
}

function fleetFacts(object: unknown): readonly Fact[] {
  const fleet = readFleet(object);
  return [
    { name: "People", value: <Label word={headline(fleet)} /> },
    ...(fleet.reachable === undefined
      ? []
      : [{ name: "Why", value: <Words text={fleet.reachable} /> }]),
    { name: "Ready pods", value: String(fleet.readyPods) },
    ...(fleet.isPaused ? [{ name: "Paused", value: "no group moves (spec.paused)" }] : []),
  ];
}

function FleetSections({ object }: { readonly object: unknown }) {
  return (
    <>
      <Groups object={object} />
      <Troubles object={object} />
    </>
  );
}

/** What each group has, what comes next, and why. */
function Groups({ object }: { readonly object: unknown }) {
  const columns = [
    { label: "Group", gridTemplate: narrow, getter: ({ slot }: Group) => slot },
    {
      label: "State",
      gridTemplate: narrow,
      getter: (group: Group) => <GroupState group={group} />,
    },
    {
      label: "Address",
      gridTemplate: "minmax(9rem, 1fr)",
      getter: (group: Group) => <GroupAddresses group={group} />,
    },
    {
      label: "Next move",
      gridTemplate: wide,
      getter: (group: Group) => <NextMove group={group} />,
    },
    { label: "Blocked so far", gridTemplate: narrow, getter: ({ burnt }: Group) => burnt },
    {
      label: "What the operator says",
      gridTemplate: widest,
      getter: ({ message }: Group) => <Words text={message} />,
    },
  ];
  return (
    <SectionBox title="Groups">
      <SimpleTable
        columns={columns}
        data={readFleet(object).groups}
        emptyMessage="The operator has not looked at this fleet yet."
      />
    </SectionBox>
  );
}

/** Headlamp's own table of conditions has no messages. */
function Troubles({ object }: { readonly object: unknown }) {
  const { troubles } = readFleet(object);
  if (troubles.length === 0) return null;
  const columns = [
    { label: "Condition", gridTemplate: narrow, getter: ({ type }: Trouble) => type },
    { label: "Since", gridTemplate: wide, getter: ({ since }: Trouble) => <Moment time={since} /> },
    {
      label: "What it says",
      gridTemplate: widest,
      getter: ({ message }: Trouble) => <Words text={message} />,
    },
  ];
  return (
    <SectionBox title="What is wrong">
      <SimpleTable columns={columns} data={troubles} emptyMessage="" />
    </SectionBox>
  );
}

function GroupState({ group: { state, blockedIn } }: { readonly group: Group }) {
  const word = stateWords[state];
  const text = blockedIn.length === 0 ? word.text : `${word.text} (${blockedIn.join(", ")})`;
  return <Label word={{ ...word, text }} />;
}

function GroupAddresses({ group: { address, others } }: { readonly group: Group }) {
  return (
    <span>
      {address ?? "none"}
      {others.map((other) => (
        <div key={other.address}>
          {other.address} {phaseWords(other)}
        </div>
      ))}
    </span>
  );
}

function NextMove({ group }: { readonly group: Group }) {
  if (group.next === undefined) return <span>none is planned</span>;
  return (
    <span>
      <Moment time={group.next.at} />: {nextReason(group)}
    </span>
  );
}

function addressFacts(object: unknown): readonly Fact[] {
  const entry = readAddress(object);
  const { fleet, slot, retiredBecause, restsUntil } = entry;
  return [
    { name: "State", value: <Label word={addressWord(entry)} /> },
    { name: "Address", value: entry.address },
    { name: "Fleet", value: `${fleet.namespace}/${fleet.name}, group ${slot ?? "?"}` },
    { name: "Pool", value: entry.pool },
    { name: "Phase since", value: <Moment time={entry.phaseSince} /> },
    ...(retiredBecause === undefined ? [] : [{ name: "Retired because", value: retiredBecause }]),
    ...(restsUntil === undefined
      ? []
      : [{ name: "Rests until", value: <Moment time={restsUntil} /> }]),
  ];
}

type Verdict = ReturnType<typeof readAddress>["verdicts"][number];

function Verdicts({ object }: { readonly object: unknown }) {
  const columns = [
    { label: "Country", gridTemplate: narrow, getter: ({ country }: Verdict) => country },
    { label: "Verdict", gridTemplate: narrow, getter: ({ verdict }: Verdict) => verdict },
    {
      label: "Evidence",
      gridTemplate: widest,
      getter: ({ message }: Verdict) => <Words text={message} />,
    },
  ];
  return (
    <SectionBox title="What tests say">
      <SimpleTable
        columns={columns}
        data={readAddress(object).verdicts}
        emptyMessage="Nothing is known: no vantage point has tested it."
      />
    </SectionBox>
  );
}

function poolFacts(object: unknown): readonly Fact[] {
  const pool = readPool(object);
  const number = (value: number | undefined) => (value === undefined ? "not known" : String(value));
  return [
    { name: "State", value: <Label word={poolWord(pool)} /> },
    { name: "Provider", value: pool.provider },
    { name: "In use", value: number(pool.serving) },
    { name: "Draining", value: number(pool.draining) },
    { name: "Quarantined", value: number(pool.quarantined) },
    { name: "All", value: number(pool.total) },
  ];
}

function vantagePointFacts(object: unknown): readonly Fact[] {
  const point = readVantagePoint(object);
  return [
    { name: "State", value: <Label word={workingWord(point)} /> },
    ...(point.message === "" ? [] : [{ name: "Why", value: <Words text={point.message} /> }]),
    { name: "Country", value: point.country },
    { name: "Role", value: point.role },
    { name: "Service", value: point.service },
    { name: "Last result", value: <Moment time={point.lastResult} /> },
  ];
}
