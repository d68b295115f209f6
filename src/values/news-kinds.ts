/** What receivers of news can ask for. Program, chart and Pulumi accept exactly these. */
export const newsKinds = [
  "Published",
  "Blocked",
  "OutageBegan",
  "OutageEnded",
  "PoolLow",
  "VantagePointSilent",
] as const;
export type NewsKind = (typeof newsKinds)[number];
