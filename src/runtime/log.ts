import { type Logger, pino } from "pino";
import type { LogLevel } from "../values/log-levels.ts";

/**
 * A logger for stdout: one JSON object a line in a pod, readable lines on a terminal. Messages are
 * constant, values are fields.
 */
export async function makeLogger(level: LogLevel, terminal: boolean): Promise<Logger> {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (!terminal) return pino(options);
  const { default: pretty } = await import("pino-pretty");
  return pino(options, pretty({ colorize: true, ignore: "pid,hostname" }));
}
