import { z } from "zod";
import type { TestEvidence, TestOutcome } from "../evidence.ts";

// What check-host.net answers. It publishes no schema: what is unknown says nothing.

const nodeList = z.object({
  nodes: z.record(
    z.string(),
    z.object({ asn: z.string(), location: z.tuple([z.string()], z.string()) }),
  ),
});

/** Which nodes may be asked. */
export interface NodeChoice {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** An autonomous system's number. */
  readonly asn?: number;
}

/** The names of a country's nodes, in order; undefined: the list can't be read. */
export function nodesOf(body: unknown, choice: NodeChoice): readonly string[] | undefined {
  const list = nodeList.safeParse(body).data;
  if (list === undefined) return undefined;
  return Object.entries(list.nodes)
    .filter(([, { location }]) => location[0].toUpperCase() === choice.country)
    .filter(([, { asn }]) => choice.asn === undefined || asn === `AS${choice.asn}`)
    .map(([name]) => name)
    .toSorted();
}

const startedCheck = z.object({
  ok: z.literal(1),
  request_id: z.string().regex(/^[A-Za-z0-9]{1,64}$/),
});

/** The id of a check that was started; undefined: it was not. */
export function checkIdOf(body: unknown): string | undefined {
  return startedCheck.safeParse(body).data?.request_id;
}

const result = z.array(z.union([z.object({ time: z.number() }), z.object({ error: z.string() })]));
const results = z.record(z.string(), z.unknown());

/** What each node found; `Running`: it has not said anything yet. */
export type NodeResults = ReadonlyMap<string, TestOutcome | "Running" | "NoEvidence">;

/** Reads what these nodes found by TCP; undefined: the answer can't be read. */
export function resultsOf(body: unknown, nodes: readonly string[]): NodeResults | undefined {
  const byNode = results.safeParse(body).data;
  if (byNode === undefined) return undefined;
  return new Map(nodes.map((node) => [node, resultOf(byNode[node] ?? null)]));
}

function resultOf(found: unknown): TestOutcome | "Running" | "NoEvidence" {
  return found === null ? "Running" : (outcomeOf(found) ?? "NoEvidence");
}

const tcpFailures = [
  [/timed out/i, "TimedOut"],
  [/refused/i, "Refused"],
  [/reset by peer/i, "Reset"],
  [/no route to host|unreachable/i, "NoAnswer"],
] as const;

function outcomeOf(found: unknown): TestOutcome | undefined {
  const [first] = result.safeParse(found).data ?? [];
  if (first === undefined) return undefined;
  if ("time" in first) return { kind: "Worked", upTo: "tcp" };
  const [, kind] = tcpFailures.find(([text]) => text.test(first.error)) ?? [];
  return kind === undefined ? undefined : { kind: "Failed", at: "tcp", failure: { kind } };
}

/** Whether a node reached the control; undefined: it did not say. */
export function nodeReaches(control: NodeResults | undefined, node: string): boolean | undefined {
  const found = control?.get(node);
  return typeof found === "object" ? found.kind === "Worked" : undefined;
}

/** A node's name for people: `ir1` for `ir1.node.check-host.net`. */
export function nodePlace(node: string): string {
  return node.split(".", 1)[0] ?? node;
}

/**
 * Leaves out the nodes that reach nothing at all, while others do: single nodes are often broken. If
 * no node reaches anything, that is kept: then it is the country that is cut off.
 */
export function withoutBrokenNodes(evidence: readonly TestEvidence[]): readonly TestEvidence[] {
  if (!evidence.some(({ reachesElse }) => reachesElse === true)) return evidence;
  const alive = new Set(evidence.filter(reachesSomething).map(({ place }) => place));
  return evidence.filter(({ place }) => alive.has(place));
}

function reachesSomething({ outcome, reachesElse }: TestEvidence): boolean {
  return outcome.kind === "Worked" || reachesElse !== false;
}
