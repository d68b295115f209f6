import type { KubeObject } from "../manifests/objects.ts";
import { group } from "../manifests/names.ts";
import { type Resource, resource } from "./resource.ts";

/** An object of one of our own kinds as it came: a person, or an older operator, may have written anything the CRD lets through. */
export interface CustomObject extends KubeObject {
  spec?: unknown;
  status?: unknown;
}

export const fleets: Resource<CustomObject> = resource(group, "v1alpha1", "WhatsAppProxy", "whatsappproxies", "Namespaced");
export const pools: Resource<CustomObject> = resource(group, "v1alpha1", "AddressPool", "addresspools", "Cluster");
export const addresses: Resource<CustomObject> = resource(group, "v1alpha1", "ProxyAddress", "proxyaddresses", "Cluster");
