import type { z } from "zod";
import { type Millis, formatDuration, parseDuration } from "../values/time.ts";
import { line } from "./common.ts";
import { celText, matching, withRules, type ValidationRule } from "./validation-rule.ts";

const hours = "[0-9]{1,5}([.][0-9]{1,6})?h";
const minutes = "[0-9]{1,7}([.][0-9]{1,6})?m";
const seconds = "[0-9]{1,9}([.][0-9]{1,6})?(s|ms)";

/**
 * Go's durations in hours, minutes, seconds and milliseconds; the digits are bounded so that no
 * value overflows Go's 64-bit nanoseconds.
 */
const pattern = new RegExp(`^(${hours}|${minutes}|${seconds}){1,4}$`);

const form = "must be a duration such as 45s, 30m, 48h or 1h30m; write two days as 48h";

/** A length of time as Go writes it, e.g. `48h` or `1h30m`. */
export function duration(): z.ZodString {
  return formed(`${form}, and none at all as 0s`);
}

function formed(message: string): z.ZodString {
  return withRules(line(40), matching(pattern, message));
}

/** A length of time of more than zero. */
export function positiveDuration(): z.ZodString {
  return withRules(formed(form), {
    cel: `${celNotDuration("self")} || duration(self) > duration('0s')`,
    holds: (value) => durationMs(value) !== 0,
    message: "must be longer than 0s",
  });
}

/** A rule on a length of time: not shorter than `least`, and not longer than `most`. */
export function lengthBetween(least: Millis, most: Millis): ValidationRule<string> {
  const [from, to] = [formatDuration(least), formatDuration(most)];
  return {
    cel: `${celNotDuration("self")} || (duration(self) >= duration('${from}') && duration(self) <= duration('${to}'))`,
    holds: (value) => {
      const ms = durationMs(value);
      return ms === undefined || (ms >= least && ms <= most);
    },
    message: `must be ${from} to ${to}`,
  };
}

/**
 * A rule on a member of an object: it is at least this long wherever `when` holds, in CEL and in
 * TypeScript.
 */
export function longEnough<T extends Readonly<Record<K, string>>, K extends string>(
  field: K,
  least: Millis,
  when: { readonly cel: string; readonly holds: (value: T) => boolean; readonly message: string },
): ValidationRule<T> {
  return {
    cel: `!(${when.cel}) || ${celNotDuration(`self.${field}`)} || duration(self.${field}) >= duration('${formatDuration(least)}')`,
    holds: (value) => !when.holds(value) || (durationMs(value[field]) ?? least) >= least,
    message: when.message,
    field,
  };
}

/**
 * A rule on an object: one of its durations is no longer than another; `unless` is a length of the
 * other that means "no limit".
 */
export function notLonger<K extends string>(
  short: K,
  long: K,
  unless?: string,
): ValidationRule<Record<K, string>> {
  const unread = `${celNotDuration(`self.${short}`)} || ${celNotDuration(`self.${long}`)}`;
  const unlimited =
    unless === undefined ? "" : ` || duration(self.${long}) == duration('${unless}')`;
  const remedy = unless === undefined ? "" : `, or set ${long} to ${unless}`;
  return {
    cel: `${unread}${unlimited} || duration(self.${short}) <= duration(self.${long})`,
    holds: (value) => {
      const [least, most] = [durationMs(value[short]), durationMs(value[long])];
      if (least === undefined || most === undefined) return true;
      return least <= most || (unless !== undefined && most === durationMs(unless));
    },
    message: {
      cel: `'${short} ' + self.${short} + ' is longer than ${long} ' + self.${long} + ': shorten ${short}, lengthen ${long}${remedy}'`,
      of: (value) =>
        `${short} ${value[short]} is longer than ${long} ${value[long]}: shorten ${short}, lengthen ${long}${remedy}`,
    },
    field: short,
  };
}

function celNotDuration(path: string): string {
  return `!${path}.matches(${celText(pattern.source)})`;
}

function durationMs(text: string): number | undefined {
  return pattern.test(text) ? parseDuration(text) : undefined;
}
