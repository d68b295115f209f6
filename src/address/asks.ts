import { isDeletionAsked } from "../cluster/deletion.ts";
import type { Service } from "../kubernetes/objects.ts";
import { isToCome, millis, parseInstant, seconds, since } from "../values/time.ts";
import { resolveEvery } from "./phase.ts";
import type { ProbeRequest } from "./probe.ts";
import type { Sight } from "./sight.ts";

/** What only the network knows of an address. */
export type AddressAsk =
  | { readonly kind: "probe"; readonly request: ProbeRequest }
  | { readonly kind: "resolve"; readonly hostname: string }
  /** Whether a person wished for the deletion of the entry. */
  | { readonly kind: "deletion" }
  /** The Warning Events about a Service that its load balancer does not serve. */
  | { readonly kind: "warnings"; readonly service: Service };

/** While an address is on its way, its load balancer's name is resolved again after this time. */
const resolveSoon = seconds(5);

/** What the next pass needs to know, and this one does not. */
export function asksOf(sight: Sight): readonly AddressAsk[] {
  const { deletion, now } = sight;
  const why: readonly AddressAsk[] = isDeletionAsked(deletion, now) ? [{ kind: "deletion" }] : [];
  return [...why, ...networkAsks(sight)];
}

function networkAsks(sight: Sight): readonly AddressAsk[] {
  const hostname = unresolved(sight);
  if (hostname !== undefined) return [{ kind: "resolve", hostname }];
  const { probeRequest: request, isProbeDue } = sight;
  if (request !== undefined) return isProbeDue ? [{ kind: "probe", request }] : [];
  const service = unserved(sight);
  return service === undefined ? [] : [{ kind: "warnings", service }];
}

/** A load balancer that works has set an address by now, and one that refuses it has said so. */
const firstListen = seconds(5);

/** The longer it takes, the more seldom the API server is asked again. */
const listenEvery = { least: seconds(15), most: seconds(120) };

/** A Service that has waited for its load balancer, where it is time to see what that says. */
function unserved(sight: Sight): Service | undefined {
  const { entry, services, balancer, warnings, now } = sight;
  const { want, address } = entry.spec;
  const { fault, phase, phaseSince } = entry.status;
  const [service] = services;
  const isServed = address === undefined ? balancer?.given[0] : balancer?.given.includes(address);
  if (service === undefined || want !== "Serve" || isServed || fault?.kind === "Refused")
    return undefined;
  const from = parseInstant(phase === "Provisioning" ? phaseSince : fault?.since);
  if (from === undefined) return undefined;
  if (since(from, now) < firstListen && !isToCome(from, now)) return undefined;
  const known = warnings?.uid === service.metadata.uid ? warnings : undefined;
  if (known === undefined) return service;
  const age = since(known.at, now);
  const waited = since(from, known.at);
  const every = millis(Math.min(Math.max(waited / 4, listenEvery.least), listenEvery.most));
  return age < 0 || age >= every ? service : undefined;
}

/** The load balancer's name, where it is time to resolve it. */
function unresolved({ entry, balancer, resolution, now }: Sight): string | undefined {
  if (balancer?.hostname === undefined || entry.spec.want === "Quarantine") return undefined;
  const every = entry.status.phase === "Serving" ? resolveEvery : resolveSoon;
  const age = resolution === undefined ? every : since(resolution.at, now);
  return age < 0 || age >= every ? balancer.hostname : undefined;
}
