import { z } from "zod";

/** A map of labels or annotations. */
export const texts = z.record(z.string(), z.string());

/** Port of the operator's pods, which need no right to bind it. */
const podPort = z.int().min(1024).max(65_535);

/** How a Service of the operator is reached. */
const service = (port: number, inside: string) =>
  z.strictObject({
    type: z
      .enum(["ClusterIP", "NodePort", "LoadBalancer"])
      .default("ClusterIP")
      .describe(`Its type. With ClusterIP, ${inside}`),
    port: z.int().min(1).max(65_535).default(port).describe("Its port."),
    annotations: texts.default({}).describe("Its annotations, for example for a load balancer."),
  });

/** A part of an object that is passed on as it is: the API server knows its fields. */
export const podPart = z.record(z.string(), z.unknown());
export const podParts = z.array(podPart);

const hosts = z
  .array(z.string().regex(/^(\[[0-9a-fA-F:.]+\]|[-.0-9A-Za-z]+)(:[0-9]{1,5})?$/))
  .max(8);

export const ingestion = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe("Serve agents over HTTPS, and create a Service for it. See docs/probe.md."),
    port: podPort.default(8443).describe("Port of the operator's pods for agents."),
    addresses: hosts
      .default([])
      .describe(
        "Where agents find it from now on, as host:port, besides what their lines say. At most 8.",
      ),
    elsewhere: hosts
      .default([])
      .describe(
        "Hosts abroad that agents try when an address fails, to see whether their line works. Empty: some that hardly anybody blocks.",
      ),
    certificateSecret: z
      .string()
      .default("")
      .describe(
        "Secret with the certificate for agents (tls.crt, tls.key). Empty: the operator makes one, and keeps it in the Secret proxyfleet-ingestion.",
      ),
    service: service(443, "an Ingress or a Gateway of your own must pass TLS through to it.")
      .prefault({})
      .describe("The Service for agents, proxyfleet-agents."),
  })
  .prefault({})
  .describe("What volunteers' agents (`proxyfleet probe`) send their results to.");

export const dashboard = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe("Serve the dashboard, and create a Service for it. See docs/dashboard.md."),
    port: podPort.default(8083).describe("Port of the operator's pods for the dashboard."),
    certificateSecret: z
      .string()
      .default("")
      .describe(
        "Secret with a certificate for the dashboard (tls.crt, tls.key). Empty: plain HTTP, for an Ingress or a Gateway that ends TLS. People's tokens go over it.",
      ),
    from: podParts
      .default([])
      .describe("Who may reach it, as `from` of a NetworkPolicy. Empty: all."),
    service: service(80, "an Ingress or a Gateway of your own leads to it.")
      .prefault({})
      .describe("The Service for the dashboard, proxyfleet-dashboard."),
  })
  .prefault({})
  .describe("A page on which people of the cluster see how fleets are, by their own rights.");

export const pages = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe("Serve share pages, and create a Service for them. See docs/share-serving.md."),
    port: podPort.default(8082).describe("Port of the operator's pods for share pages."),
    certificateSecret: z
      .string()
      .default("")
      .describe(
        "Secret with a certificate for share pages (tls.crt, tls.key). Empty: plain HTTP, for an Ingress or a Gateway that ends TLS.",
      ),
    service: service(80, "an Ingress or a Gateway of your own leads to it.")
      .prefault({})
      .describe("The Service for share pages, proxyfleet-pages."),
  })
  .prefault({})
  .describe("Pages on which groups of people find the present address of their proxy.");
