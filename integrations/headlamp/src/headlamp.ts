import type * as ReactApi from "react";
import type { ComponentType, ReactNode } from "react";

/** An object of the cluster, as Headlamp hands it out. */
export interface KubeObject {
  /** As the API server sent it. */
  readonly jsonData: unknown;
  readonly metadata: {
    readonly uid: string;
    readonly name: string;
    readonly namespace?: string;
  };
}

/** A kind of objects. Its methods are hooks of React. */
export interface KubeObjectClass {
  readonly kind: string;
  useList(): readonly [items: readonly KubeObject[] | null, error: unknown];
}

/** A column of a list: one of Headlamp's own by name, or one of ours. */
export type Column =
  | "name"
  | "namespace"
  | "age"
  | {
      readonly id: string;
      readonly label: string;
      readonly getValue: (item: KubeObject) => string | number;
      readonly render?: (item: KubeObject) => ReactNode;
    };

/** A line of the table of facts that a detail view begins with. */
export interface Fact {
  readonly name: ReactNode;
  readonly value?: ReactNode;
}

export type LabelStatus = "success" | "warning" | "error" | "";

interface Components {
  readonly ResourceListView: ComponentType<{
    readonly title: string;
    readonly resourceClass: KubeObjectClass;
    readonly columns: readonly Column[];
  }>;
  readonly DetailsGrid: ComponentType<{
    readonly resourceType: KubeObjectClass;
    readonly name: string;
    readonly namespace?: string | undefined;
    readonly withEvents: boolean;
    readonly extraInfo: (item: KubeObject | null) => readonly Fact[] | null;
    readonly extraSections: (
      item: KubeObject | null,
    ) => readonly { readonly id: string; readonly section: ReactNode }[];
  }>;
  readonly SectionBox: ComponentType<{ readonly title: string; readonly children?: ReactNode }>;
  readonly SimpleTable: ComponentType<{
    readonly columns: readonly {
      readonly label: string;
      /** Its width, as a track of a CSS grid. */
      readonly gridTemplate: string;
      readonly getter: (row: never) => ReactNode;
    }[];
    readonly data: readonly object[];
    readonly emptyMessage: string;
  }>;
  readonly ConditionsTable: ComponentType<{ readonly resource: unknown }>;
  readonly StatusLabel: ComponentType<{
    readonly status: LabelStatus;
    readonly children?: ReactNode;
  }>;
}

/** A box of Headlamp's map. */
export interface MapNode {
  readonly id: string;
  readonly kubeObject: KubeObject;
  readonly subtitle?: string;
  readonly status?: "success" | "warning" | "error";
  readonly weight?: number;
}

export interface MapEdge {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly label?: string;
}

/** Where Headlamp's map gets boxes and lines from. `useData` is a hook of React. */
export type MapSource = {
  readonly id: string;
  readonly label: string;
  readonly icon?: ReactNode;
} & (
  | { readonly sources: readonly MapSource[] }
  | {
      readonly useData: () => {
        readonly nodes: readonly MapNode[];
        readonly edges: readonly MapEdge[];
      } | null;
    }
);

/**
 * What Headlamp gives to plugins, as far as this one uses it. Its own package of types,
 * @kinvolk/headlamp-plugin, brings a whole toolchain with it (see the README).
 */
export interface HeadlampApi {
  readonly React: typeof ReactApi;
  readonly ReactRouter: { useParams(): Readonly<Record<string, string>> };
  readonly Iconify: {
    readonly Icon: ComponentType<{
      readonly icon: string;
      readonly width?: string;
      readonly height?: string;
    }>;
  };
  readonly CommonComponents: Components;
  readonly Crd: {
    makeCustomResourceClass(of: {
      readonly apiInfo: { readonly group: string; readonly version: string }[];
      readonly kind: string;
      readonly pluralName: string;
      readonly singularName: string;
      readonly isNamespaced: boolean;
    }): KubeObjectClass;
  };
  registerSidebarEntry(entry: {
    readonly parent: string | null;
    readonly name: string;
    readonly label: string;
    readonly url: string;
    readonly icon?: string;
  }): void;
  registerRoute(route: {
    readonly path: string;
    readonly name: string;
    readonly exact: boolean;
    readonly sidebar: string;
    readonly component: () => ReactNode;
  }): void;
  registerMapSource(source: MapSource): void;
  registerKindIcon(kind: string, icon: { readonly icon: ReactNode; readonly color?: string }): void;
}

/** Headlamp puts it into the window before it runs plugins. */
export const headlamp = (globalThis as unknown as { readonly pluginLib: HeadlampApi }).pluginLib;

export const { React } = headlamp;
