import type { ApiClient } from "./client.ts";

/**
 * What controllers call the API server by. ApiClient speaks to a real one; tests put a simulated
 * one in its place.
 */
export type KubernetesApi = Pick<
  ApiClient,
  "get" | "list" | "create" | "apply" | "patch" | "delete" | "evict" | "raw"
>;
