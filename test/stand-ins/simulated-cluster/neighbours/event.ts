import type { KubeObject } from "../../../../src/kubernetes/objects.ts";
import { resource } from "../../../../src/kubernetes/resource.ts";
import type { SimulatedApiServer } from "../../../../src/simulator/server/server.ts";

/** An Event as events.k8s.io has it. */
export interface SimulatedEvent extends KubeObject {
  readonly reason: string;
  readonly note: string;
  readonly type: string;
  readonly regarding: { readonly kind: string; readonly name: string; readonly uid?: string };
}

/** Events, whoever wrote them. */
export const events = resource<SimulatedEvent>({
  group: "events.k8s.io",
  version: "v1",
  kind: "Event",
  plural: "events",
  scope: "Namespaced",
});

/** Another controller says what it can't do. */
export function writeEvent(
  server: SimulatedApiServer,
  about: KubeObject,
  { reason, note }: { readonly reason: string; readonly note: string },
): void {
  const { name, namespace = "default", uid } = about.metadata;
  const regarding = { kind: about.kind, name, namespace, ...(uid === undefined ? {} : { uid }) };
  server.create(
    events,
    {
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      metadata: { name: `${name}.${server.resourceVersion}`, namespace },
      type: "Warning",
      reason,
      note,
      regarding,
    },
    { manager: "load-balancer" },
  );
}
