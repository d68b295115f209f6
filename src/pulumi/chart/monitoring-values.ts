import { z } from "zod";
import { texts } from "./served-values.ts";

const interval = z
  .string()
  .regex(/^[0-9]+(ms|s|m|h)$/)
  .default("30s")
  .describe("Time between two scrapes.");
const moreLabels = texts
  .default({})
  .describe("Additional labels for it: many a Prometheus reads only objects with a certain label.");

/** An address that more is appended to: it ends with no slash. Empty: there is none. */
const base = z.string().regex(/^(https?:\/\/[^\s"'\\#]*[^\s"'\\#/])?$/);

/** How Prometheus finds the operator. */
export const serviceMonitor = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe(
        "Create a ServiceMonitor, and the Service that it reads. Needs the Prometheus operator.",
      ),
    labels: moreLabels,
    interval,
  })
  .prefault({})
  .describe("How Prometheus finds the operator's metrics.");

/** How Prometheus finds proxy pods. */
export const podMonitor = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe(
        "Create a PodMonitor for the proxy pods of all fleets that the operator serves. Needs the Prometheus operator.",
      ),
    labels: moreLabels,
    interval,
  })
  .prefault({})
  .describe(
    "How Prometheus finds the proxy pods' metrics. Name its namespace in monitoringNamespaces.",
  );

/** Alerts, and where they lead. */
export const prometheusRule = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe(
        "Create a PrometheusRule with alerts. Needs the Prometheus operator, and the operator's metrics (serviceMonitor).",
      ),
    labels: moreLabels,
    poolLow: z
      .int()
      .min(1)
      .default(3)
      .describe("An alert fires when fewer addresses than this are free in a pool."),
    runbooks: base
      .min(1)
      .default("https://proxyfleet.dev/docs")
      .describe(
        "Where the folder docs is published, without a slash at its end: alerts lead to its pages (runbook_url). Name a copy of your own if a shutdown could cut you off from this one.",
      ),
    grafana: base
      .default("")
      .describe(
        "Address of your Grafana, such as https://grafana.example.org, without a slash at its end: alerts lead to the dashboard there (dashboard_url). Empty: they don't.",
      ),
  })
  .prefault({})
  .describe("Alerts about fleets, pools and the operator.");

/** A dashboard for Grafana. */
export const grafanaDashboard = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe(
        "Create a ConfigMap with the dashboard, which Grafana's sidecar loads. It shows the operator's metrics (serviceMonitor).",
      ),
    label: z
      .string()
      .min(1)
      .default("grafana_dashboard")
      .describe("The label by which Grafana's sidecar finds dashboards."),
    labelValue: z.string().default("1").describe("The value of that label."),
    annotations: texts
      .default({})
      .describe("Its annotations, for example the one that names the sidecar's folder."),
  })
  .prefault({})
  .describe("A dashboard for Grafana: who is cut off, when addresses run out, which group leaks.");
