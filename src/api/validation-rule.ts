import type { z } from "zod";

/**
 * What a rule says when it is broken: one fixed sentence, or one made of the value, written once
 * for the API server (CEL) and once for us.
 */
export type RuleMessage<T> = string | { readonly cel: string; readonly of: (value: T) => string };

/**
 * One thing that must be true of a value, said twice: in CEL for the API server, and in TypeScript
 * for the run-time parser. `holds` must tolerate a value whose members broke rules of their own.
 * `field` is the member that the message is about, e.g. `share.host`.
 */
export interface ValidationRule<T> {
  readonly cel: string;
  readonly holds: (value: T) => boolean;
  readonly message: RuleMessage<T>;
  readonly field?: string;
}

/** One entry of `x-kubernetes-validations`. */
export interface CelRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

const celKey = "x-kubernetes-validations";

/** Adds rules to a schema: the parser checks them, and the CRD carries them. */
export function withRules<S extends z.ZodType>(
  schema: S,
  ...rules: readonly ValidationRule<z.output<S>>[]
): S {
  const checked = rules.reduce<S>((current, rule) => {
    const path = rule.field?.split(".") ?? [];
    const error = ({ input }: { readonly input?: unknown }): string =>
      messageFor(rule.message, input as z.output<S>);
    return current.refine((value) => rule.holds(value), { error, path });
  }, schema);
  return withCel(checked, ...rules.map(celRule));
}

/**
 * Adds rules that only the API server can check, such as those that compare with the object's
 * former state (`oldSelf`).
 */
export function withCel<S extends z.ZodType>(schema: S, ...rules: readonly CelRule[]): S {
  const before = (schema.meta()?.[celKey] ?? []) as readonly CelRule[];
  return schema.meta({ [celKey]: [...before, ...rules] });
}

/**
 * A rule that the whole value matches a pattern of RE2 syntax, which both JavaScript and CEL read
 * alike.
 */
export function matching(pattern: RegExp, message: string): ValidationRule<string> {
  return {
    cel: `self.matches(${celText(pattern.source)})`,
    holds: (value) => pattern.test(value),
    message,
  };
}

/** A CEL string literal. */
export function celText(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function messageFor<T>(message: RuleMessage<T>, value: T): string {
  return typeof message === "string" ? message : message.of(value);
}

function celRule<T>({ cel, message, field }: ValidationRule<T>): CelRule {
  const text = typeof message === "string" ? { message } : { messageExpression: message.cel };
  return { rule: cel, ...text, ...(field === undefined ? {} : { fieldPath: `.${field}` }) };
}
