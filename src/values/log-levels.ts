/** How much is logged, most first. Program, chart and Pulumi accept exactly these. */
export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
export type LogLevel = (typeof logLevels)[number];
