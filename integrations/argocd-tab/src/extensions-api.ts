import type { ComponentType } from "react";

/** What Argo CD gives a tab (its documentation, "UI Extensions"). */
export interface TabProps {
  /** The live object. */
  readonly resource: unknown;
}

/** The part of Argo CD's API that the tab uses. */
export interface ExtensionsApi {
  registerResourceExtension(
    component: ComponentType<TabProps>,
    group: string,
    kind: string,
    title: string,
    options?: { readonly icon: string },
  ): void;
}

declare global {
  interface Window {
    extensionsAPI: ExtensionsApi;
  }
}
