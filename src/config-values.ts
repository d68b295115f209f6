import { z } from "zod";
import { cidr } from "./api/ip-schema.ts";
import { mostResolvers, resolverText } from "./dns/resolver.ts";
import { type Endpoint, parseEndpoint } from "./probe/endpoint.ts";
import { mostHosts } from "./probe/protocol.ts";

// How values of the operator's flags are read.

/** `true` or `false`. */
export const truth = z.enum(["true", "false"]).transform((text) => text === "true");
const namespaceName = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    "must be names of namespaces, with commas between",
  );
/** Names of namespaces, with commas between. */
export const names = z
  .string()
  .transform((text) => text.split(",").flatMap((name) => (name.trim() === "" ? [] : [name.trim()])))
  .pipe(z.array(namespaceName))
  .transform((list) => [...new Set(list)]);

/** Hosts, each with a port or without, with commas between. */
export const endpoints = z
  .string()
  .transform((text) => text.split(",").flatMap((each) => (each.trim() === "" ? [] : [each.trim()])))
  .transform((list, context) =>
    list.flatMap((text): Endpoint[] => {
      const endpoint = parseEndpoint(text);
      if (endpoint !== undefined) return [endpoint];
      context.addIssue({ code: "custom", message: `"${text}" must be a host, or host:port` });
      return [];
    }),
  )
  .pipe(z.array(z.custom<Endpoint>()).max(mostHosts));

/** Networks (CIDRs), with commas between. */
export const networks = z
  .string()
  .transform((text) => text.split(",").flatMap((each) => (each.trim() === "" ? [] : [each.trim()])))
  .pipe(z.array(cidr()).max(64));

/** DNS servers as `address` or `address:port`, with commas between. */
export const resolvers = z
  .string()
  .transform((text) => text.split(",").flatMap((each) => (each.trim() === "" ? [] : [each.trim()])))
  .transform((list, context) =>
    list.flatMap((text): string[] => {
      const resolver = resolverText(text);
      if (resolver !== undefined) return [resolver];
      const message = `"${text}" must be an IP address, or address:port, such as 192.0.2.53:53`;
      context.addIssue({ code: "custom", message });
      return [];
    }),
  )
  .pipe(z.array(z.string()).max(mostResolvers));
