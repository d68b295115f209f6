import ipaddr from "ipaddr.js";
import { z } from "zod";

// What the API accepts. Like the real one, it refuses every field that it does not know.

const location = z
  .strictObject({
    country: z.string().length(2),
    city: z.string().max(128),
    network: z.string().max(128),
    asn: z.int().positive(),
    tags: z.array(z.string()).max(32),
    magic: z.string().max(128),
    limit: z.int().min(1).max(500),
  })
  .partial()
  .refine((keys) => Object.keys(keys).some((key) => key !== "limit"), "must have at least 1 key");

const target = z.string().refine(isPublic, "must not be a private hostname");

const common = {
  target,
  inProgressUpdates: z.boolean().default(false),
  locations: z.union([z.array(location).max(128), z.string()]).default([]),
  limit: z.int().min(1).max(500).optional(),
  timeout: z.int().min(5).max(30).optional(),
};

const ping = z.strictObject({
  type: z.literal("ping"),
  ...common,
  measurementOptions: z
    .strictObject({
      packets: z.int().min(1).max(16).default(3),
      protocol: z.enum(["ICMP", "TCP"]).default("ICMP"),
      port: z.int().min(0).max(65_535).default(80),
    })
    .prefault({}),
});

const http = z.strictObject({
  type: z.literal("http"),
  ...common,
  measurementOptions: z
    .strictObject({
      request: z
        .strictObject({
          host: z.string().regex(/[a-z]/, "must be a domain").optional(),
          path: z.string().default("/"),
          query: z.string().default(""),
          method: z.enum(["HEAD", "GET", "OPTIONS"]).default("HEAD"),
          headers: z.record(z.string(), z.string()).default({}),
        })
        .prefault({}),
      protocol: z.enum(["HTTP", "HTTPS", "HTTP2"]).default("HTTPS"),
      port: z.int().min(0).max(65_535).optional(),
    })
    .prefault({}),
});

export const requestSchema = z.discriminatedUnion("type", [ping, http]);
export type MeasurementRequest = z.infer<typeof requestSchema>;

function isPublic(host: string): boolean {
  const bare = host.replaceAll(/^\[|\]$/g, "");
  if (!ipaddr.isValid(bare)) return bare.includes(".");
  // The documentation's ranges stand for public addresses here.
  return !["private", "loopback", "linkLocal", "uniqueLocal"].includes(ipaddr.parse(bare).range());
}

/** The fields of a request that an answer repeats: those that differ from their defaults. */
export function repeatedFields(request: MeasurementRequest): object {
  const defaults = requestSchema.parse({ type: request.type, target: request.target });
  const differ = Object.entries(request).filter(
    ([key, value]) =>
      key !== "type" &&
      key !== "target" &&
      JSON.stringify(value) !== JSON.stringify(defaults[key as keyof typeof defaults]) &&
      !(key === "limit" && value === 1) &&
      typeof value !== "string",
  );
  return Object.fromEntries(differ);
}
