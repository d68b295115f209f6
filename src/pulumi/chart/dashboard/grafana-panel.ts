import type { GraphPanel, NumberPanel, Panel, TablePanel } from "./panel.ts";

/** Where a panel is, in Grafana's grid of 24 columns. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** The data source that a person chose. */
export const datasource = { type: "prometheus", uid: "${datasource}" } as const;

/** A panel as Grafana's JSON has it (its documentation, "JSON model"). */
export function grafanaPanel(panel: Panel, id: number, gridPos: Place): object {
  const { title, description, queries } = panel;
  const isInstant = panel.show !== "graph";
  const targets = queries.map(({ expr, legend = "" }, index) => ({
    datasource,
    expr,
    refId: String.fromCharCode(65 + index),
    legendFormat: legend,
    ...(isInstant ? { instant: true, range: false } : { range: true }),
    ...(panel.show === "table" ? { format: "table" } : {}),
  }));
  return { id, title, description, gridPos, datasource, targets, ...lookOf(panel) };
}

function lookOf(panel: Panel): object {
  switch (panel.show) {
    case "number":
      return numberLook(panel);
    case "table":
      return tableLook(panel);
    case "graph":
      return graphLook(panel);
  }
}

function numberLook({ unit, bad, words = {}, nothing = "not known" }: NumberPanel): object {
  const mappings = Object.entries(words).map(([value, text]) => ({
    type: "value",
    options: { [value]: { text } },
  }));
  return {
    type: "stat",
    fieldConfig: {
      defaults: {
        unit,
        noValue: nothing,
        mappings,
        thresholds: { mode: "absolute", steps: stepsOf(bad) },
      },
      overrides: [],
    },
    options: {
      colorMode: "background",
      graphMode: "none",
      textMode: "auto",
      reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false },
    },
  };
}

function stepsOf(bad: NumberPanel["bad"]): readonly object[] {
  if (bad === undefined) return [{ color: "blue", value: null }];
  if ("above" in bad)
    return [
      { color: "green", value: null },
      { color: "red", value: bad.above },
    ];
  return [
    { color: "red", value: null },
    { color: "green", value: bad.below },
  ];
}

function tableLook({ unit, columns, value }: TablePanel): object {
  const names = Object.keys(columns);
  const organize = {
    excludeByName: { Time: true, ...(value === undefined ? { Value: true } : {}) },
    indexByName: Object.fromEntries(names.map((name, index) => [name, index])),
    renameByName: { ...columns, ...(value === undefined ? {} : { Value: value }) },
  };
  return {
    type: "table",
    fieldConfig: { defaults: { unit, noValue: "" }, overrides: [] },
    options: { showHeader: true, cellHeight: "sm" },
    transformations: [{ id: "organize", options: organize }],
  };
}

function graphLook({ unit, isStacked = false }: GraphPanel): object {
  return {
    type: "timeseries",
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        custom: {
          fillOpacity: isStacked ? 40 : 5,
          showPoints: "never",
          spanNulls: false,
          stacking: { mode: isStacked ? "normal" : "none" },
        },
      },
      overrides: [],
    },
    options: {
      legend: { displayMode: "list", placement: "bottom" },
      tooltip: { mode: "multi", sort: "desc" },
    },
  };
}
