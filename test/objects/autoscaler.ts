import { apiVersion } from "./metadata.ts";

/** An autoscaler that gives a fleet two or three pods, and takes one away as soon as it may. */
export function autoscalerObject({ name, namespace }: { name: string; namespace: string }): object {
  const cpu = { name: "cpu", target: { type: "Utilization", averageUtilization: 60 } };
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name, namespace },
    spec: {
      scaleTargetRef: { apiVersion, kind: "WhatsAppProxy", name },
      minReplicas: 2,
      maxReplicas: 3,
      metrics: [{ type: "Resource", resource: cpu }],
      behavior: { scaleDown: { stabilizationWindowSeconds: 0 } },
    },
  };
}
