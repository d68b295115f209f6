/**
 * Stands in for Headlamp: it takes what plugins register, and draws plain pages with it. Names and
 * arguments are those of Headlamp's own package of types (0.14.0); looks are not.
 */
import * as React from "react";
import { createRoot } from "react-dom/client";
import type {
  Column,
  Fact,
  HeadlampApi,
  KubeObject,
  KubeObjectClass,
  MapSource,
} from "../src/headlamp.ts";

type Registered<Name extends keyof HeadlampApi> = HeadlampApi[Name] extends (given: infer G) => void
  ? G
  : never;

const routes: Registered<"registerRoute">[] = [];
const entries: Registered<"registerSidebarEntry">[] = [];
const maps: MapSource[] = [];
const icons: string[] = [];
const objects = (
  window as unknown as { objects: Record<string, readonly Record<string, unknown>[]> }
).objects;
let params: Record<string, string> = {};

function makeCustomResourceClass({
  kind,
  pluralName,
}: Parameters<HeadlampApi["Crd"]["makeCustomResourceClass"]>[0]): KubeObjectClass {
  const all = (objects[pluralName] ?? []).map((jsonData) => ({
    jsonData,
    metadata: jsonData["metadata"] as KubeObject["metadata"],
  }));
  return { kind, useList: () => [all, null] };
}

const nameColumns = {
  name: { label: "Name", of: ({ metadata }: KubeObject) => metadata.name },
  namespace: { label: "Namespace", of: ({ metadata }: KubeObject) => metadata.namespace ?? "" },
  age: { label: "Age", of: () => "3d" },
} as const;

function cell(column: Column, item: KubeObject): React.ReactNode {
  if (typeof column === "string") return nameColumns[column].of(item);
  return column.render?.(item) ?? column.getValue(item);
}

const CommonComponents: HeadlampApi["CommonComponents"] = {
  ResourceListView: ({ title, resourceClass, columns }) => {
    const [items] = resourceClass.useList();
    return (
      <section>
        <h1>{title}</h1>
        <table>
          <thead>
            <tr>
              {columns.map((each) => {
                const label = typeof each === "string" ? nameColumns[each].label : each.label;
                return <th key={label}>{label}</th>;
              })}
            </tr>
          </thead>
          <tbody>
            {items?.map((item) => (
              <tr key={item.metadata.uid}>
                {columns.map((each, index) => (
                  <td key={index}>{cell(each, item)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    );
  },
  DetailsGrid: ({ resourceType, name, namespace, extraInfo, extraSections }) => {
    const [items] = resourceType.useList();
    const item =
      items?.find(
        ({ metadata }) =>
          metadata.name === name && (metadata.namespace ?? "") === (namespace ?? ""),
      ) ?? null;
    return (
      <section>
        <h1>{name}</h1>
        <dl>
          {extraInfo(item)?.map((fact, index) => (
            <FactRow key={index} fact={fact} />
          ))}
        </dl>
        {extraSections(item).map(({ id, section }) => (
          <div key={id}>{section}</div>
        ))}
      </section>
    );
  },
  SectionBox: ({ title, children }) => (
    <section>
      <h2>{title}</h2>
      {children}
    </section>
  ),
  SimpleTable: ({ columns, data, emptyMessage }) =>
    data.length === 0 ? (
      <p>{emptyMessage}</p>
    ) : (
      <table>
        <thead>
          <tr>
            {columns.map(({ label }) => (
              <th key={label}>{label}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.map((row, index) => (
            <tr key={index}>
              {columns.map(({ label, getter }) => (
                <td key={label}>{getter(row as never)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    ),
  ConditionsTable: ({ resource }) => (
    <p>{JSON.stringify((resource as { status?: { conditions?: unknown } }).status?.conditions)}</p>
  ),
  StatusLabel: ({ status, children }) => <b data-status={status}>{children}</b>,
};

function FactRow({ fact: { name, value } }: { readonly fact: Fact }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

function MapPage() {
  return (
    <section>
      <h1>Map</h1>
      {maps
        .flatMap((map) => ("sources" in map ? map.sources : [map]))
        .map((source) => (
          <MapList key={source.id} source={source} />
        ))}
    </section>
  );
}

function MapList({ source }: { readonly source: MapSource }) {
  const data = "useData" in source ? source.useData() : null;
  return (
    <section>
      <h2>{source.label}</h2>
      <ul>
        {data?.nodes.map(({ id, kubeObject, subtitle, status }) => (
          <li key={id} data-status={status}>
            {kubeObject.metadata.name}: {subtitle}
          </li>
        ))}
        {data?.edges.map(({ id, source, target }) => (
          <li key={id}>
            {source} → {target}
          </li>
        ))}
      </ul>
    </section>
  );
}

const pluginLib: HeadlampApi = {
  React,
  ReactRouter: { useParams: () => params },
  Iconify: { Icon: ({ icon }) => <i data-icon={icon} /> },
  CommonComponents,
  Crd: { makeCustomResourceClass },
  registerSidebarEntry: (entry) => entries.push(entry),
  registerRoute: (route) => routes.push(route),
  registerMapSource: (source) => maps.push(source),
  registerKindIcon: (kind) => icons.push(kind),
};

const root = createRoot(document.getElementById("root") ?? document.body);

/** Matches a path as react-router's simplest patterns do. */
function matched(pattern: string, path: string): Record<string, string> | undefined {
  const [wanted, given] = [pattern.split("/"), path.split("/")];
  if (wanted.length !== given.length) return undefined;
  const pairs = wanted.map((part, index) => [part, given[index] ?? ""] as const);
  if (pairs.some(([part, value]) => !part.startsWith(":") && part !== value)) return undefined;
  return Object.fromEntries(
    pairs.flatMap(([part, value]) => (part.startsWith(":") ? [[part.slice(1), value]] : [])),
  );
}

function goTo(path: string): void {
  const route = routes.find(({ path: pattern }) => matched(pattern, path));
  params = route === undefined ? {} : (matched(route.path, path) ?? {});
  // Each page is a component of its own, since it uses hooks.
  const Page = path === "/map" ? MapPage : (route?.component ?? (() => <h1>No such page</h1>));
  root.render(
    <main>
      <nav>
        {entries.map(({ name, label }) => (
          <span key={name}>{label} </span>
        ))}
      </nav>
      <Page key={path} />
    </main>,
  );
}

Object.assign(window, { pluginLib, goTo, registered: { routes, entries, icons } });
