import { headlamp, type KubeObjectClass } from "./headlamp.ts";

const apiInfo = [{ group: "proxyfleet.dev", version: "v1alpha1" }];

/** One of Proxyfleet's kinds, and how people call it. */
export interface Kind {
  readonly kind: string;
  readonly label: string;
  readonly plural: string;
  readonly isNamespaced: boolean;
  /** An icon of Material Design, by its name at Iconify. */
  readonly icon: string;
  readonly resourceClass: KubeObjectClass;
}

function define(
  kind: string,
  plural: string,
  more: Omit<Kind, "kind" | "plural" | "resourceClass">,
): Kind {
  const resourceClass = headlamp.Crd.makeCustomResourceClass({
    apiInfo,
    kind,
    pluralName: plural,
    singularName: kind.toLowerCase(),
    isNamespaced: more.isNamespaced,
  });
  return { kind, plural, resourceClass, ...more };
}

export const fleets = define("WhatsAppProxy", "whatsappproxies", {
  label: "Fleets",
  isNamespaced: true,
  icon: "mdi:account-group",
});
export const addresses = define("ProxyAddress", "proxyaddresses", {
  label: "Addresses",
  isNamespaced: false,
  icon: "mdi:ip-network",
});
export const pools = define("AddressPool", "addresspools", {
  label: "Pools",
  isNamespaced: false,
  icon: "mdi:database",
});
export const vantagePoints = define("VantagePoint", "vantagepoints", {
  label: "Vantage points",
  isNamespaced: false,
  icon: "mdi:eye",
});

export const kinds: readonly Kind[] = [fleets, addresses, pools, vantagePoints];
