import type { Category } from "./pseudonyms.ts";
import type { Redactor } from "./redactor.ts";

/** What is left out: it says nothing for support, or holds anything that somebody put there. */
const leftOut: ReadonlySet<string> = new Set([
  "managedFields",
  "data",
  "binaryData",
  "stringData",
  "kubectl.kubernetes.io/last-applied-configuration",
]);

/** What people wrote freely, or what tells of a volunteer. Whoever compares two still can. */
const asWhole: Readonly<Record<string, Category>> = {
  lastHandledRotateAt: "text",
  lastHandledReport: "text",
  asn: "asn",
};

const ours = /(^|\.)(proxyfleet\.dev|kubernetes\.io|k8s\.io)\//;
/** Annotations of ours that hold what a person wrote. */
const requests = /\/(rotate-at|report-blocked|renew-page)$/;
const secretKey =
  /token|password|passwd|secret|apikey|api-key|authorization|credential|cookie|privatekey/i;

/** An object as JSON, with all that its texts tell replaced. */
export function redactedObject(redactor: Redactor, value: unknown): unknown {
  if (typeof value === "string") return redactor.text(value);
  if (Array.isArray(value)) return value.map((each) => redactedObject(redactor, each));
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value)
    .filter(([key]) => !leftOut.has(key))
    .map(([key, member]) => [redactedKey(redactor, key), redactedMember(redactor, key, member)]);
  return Object.fromEntries(members) as object;
}

function redactedKey(redactor: Redactor, key: string): string {
  return ours.test(key) ? key : redactor.text(key);
}

function redactedMember(redactor: Redactor, key: string, member: unknown): unknown {
  const category = asWhole[key];
  if (category !== undefined && (typeof member === "string" || typeof member === "number"))
    return redactor.value(category, String(member));
  if (key === "annotations" || key === "labels" || key === "nodeSelector" || key === "matchLabels")
    return redactedMap(redactor, member);
  if (key === "env" && Array.isArray(member))
    return member.map((each) => withoutValue(redactor, each));
  if (typeof member === "string" && secretKey.test(key) && !/name$/i.test(key))
    return redactor.value("secret", member);
  return redactedObject(redactor, member);
}

/** Labels and annotations: of those that are not ours, only what they are called. */
function redactedMap(redactor: Redactor, map: unknown): unknown {
  if (typeof map !== "object" || map === null) return redactedObject(redactor, map);
  const members = Object.entries(map)
    .filter(([key]) => !leftOut.has(key))
    .map(([key, value]) => {
      const isText = typeof value === "string";
      if (!isText) return [redactedKey(redactor, key), redactedObject(redactor, value)];
      if (!ours.test(key) || requests.test(key))
        return [redactedKey(redactor, key), redactor.value("label", value)];
      return [key, redactor.text(value)];
    });
  return Object.fromEntries(members) as object;
}

function withoutValue(redactor: Redactor, variable: unknown): unknown {
  if (typeof variable !== "object" || variable === null) return redactedObject(redactor, variable);
  const { value, ...rest } = variable as { readonly value?: unknown };
  const told = redactedObject(redactor, rest) as object;
  return typeof value === "string" ? { ...told, value: redactor.value("text", value) } : told;
}

/** A log: lines of JSON stay lines of JSON. */
export function redactedLog(redactor: Redactor, log: string): string {
  return log
    .split("\n")
    .map((line) => redactedLine(redactor, line.slice(0, longestLine)))
    .join("\n");
}

/** More of a line nobody reads (characters). */
const longestLine = 8_192;

function redactedLine(redactor: Redactor, line: string): string {
  if (!line.startsWith("{")) return redactor.text(line);
  try {
    return JSON.stringify(redactedObject(redactor, JSON.parse(line)));
  } catch {
    return redactor.text(line);
  }
}
