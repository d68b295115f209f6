import type { z } from "zod";
import { line, map } from "./common.ts";
import { celText, withRules, type ValidationRule } from "./validation-rule.ts";

/**
 * A label or annotation key: an optional DNS name and a slash, then at most 63 letters, digits,
 * '-', '_' and '.'.
 */
const qualifiedName =
  /^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
/** Keys by which the operator finds its own objects. */
const reserved = /^([^/]*[.])?(proxyfleet[.]dev|app[.]kubernetes[.]io)\//;

type Entries = Record<string, string>;

const keysAreNames: ValidationRule<Entries> = {
  cel: `self.all(key, key.size() <= 317 && key.matches(${celText(qualifiedName.source)}))`,
  holds: (entries) =>
    Object.keys(entries).every((key) => key.length <= 317 && qualifiedName.test(key)),
  message:
    "every key must be a name of letters, digits, '-', '_' and '.', such as team or example.org/team",
};

const keysAreFree: ValidationRule<Entries> = {
  cel: `!self.exists(key, key.matches(${celText(reserved.source)}))`,
  holds: (entries) => !Object.keys(entries).some((key) => reserved.test(key)),
  message:
    "keys of proxyfleet.dev/ and app.kubernetes.io/ belong to the operator: choose another prefix",
};

const valuesAreLabels: ValidationRule<Entries> = {
  cel: `self.all(key, self[key].matches(${celText(labelValue.source)}))`,
  holds: (entries) => Object.values(entries).every((value) => labelValue.test(value)),
  message:
    "every value must have at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit",
};

/** Labels that a person adds to objects of ours. */
export function addedLabels(): z.ZodRecord<z.ZodString, z.ZodString> {
  return withRules(map(line(63), 32), keysAreNames, keysAreFree, valuesAreLabels);
}

/** Annotations that a person adds to objects of ours. */
export function addedAnnotations(): z.ZodRecord<z.ZodString, z.ZodString> {
  return withRules(map(line(4096), 32), keysAreNames, keysAreFree);
}

/** Labels that objects must carry to be chosen. */
export function matchLabels(): z.ZodRecord<z.ZodString, z.ZodString> {
  return withRules(map(line(63), 32), keysAreNames, valuesAreLabels);
}
