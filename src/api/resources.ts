import type { CustomObject } from "../kubernetes/objects.ts";
import { type Resource, resource } from "../kubernetes/resource.ts";
import { group } from "./names.ts";

export const fleets: Resource<CustomObject> = resource(
  group,
  "v1alpha1",
  "WhatsAppProxy",
  "whatsappproxies",
  "Namespaced",
);
export const pools: Resource<CustomObject> = resource(
  group,
  "v1alpha1",
  "AddressPool",
  "addresspools",
  "Cluster",
);
export const addresses: Resource<CustomObject> = resource(
  group,
  "v1alpha1",
  "ProxyAddress",
  "proxyaddresses",
  "Cluster",
);
