import { addresses } from "./addresses.ts";
import { datasource, grafanaPanel, type Place } from "./grafana-panel.ts";
import { measuring } from "./measuring.ts";
import { operator } from "./operator.ts";
import type { Panel, Section } from "./panel.ts";
import { leaks, people } from "./people.ts";
import { traffic } from "./traffic.ts";

/** Name of the dashboard in addresses of Grafana. Links in alerts lead to it. */
export const dashboardUid = "proxyfleet";

/** What the dashboard shows: what hurts people comes first. */
export const sections: readonly Section[] = [
  people,
  addresses,
  leaks,
  traffic,
  measuring,
  operator,
];

/** Columns of Grafana's grid. */
const columns = 24;
const heights = { number: 5, table: 7, graph: 8 } as const;

/** The dashboard as Grafana reads it, as text. The same for every installation. */
export function dashboardJson(): string {
  return `${JSON.stringify(dashboard(), null, 2)}\n`;
}

function dashboard(): object {
  return {
    uid: dashboardUid,
    title: "Proxyfleet",
    description:
      "Who is cut off, when addresses run out, which group leaks, and how the operator is.",
    tags: ["proxyfleet"],
    schemaVersion: 39,
    editable: true,
    graphTooltip: 1,
    refresh: "30s",
    time: { from: "now-24h", to: "now" },
    timezone: "browser",
    templating: { list: [source, ...choices.map(variable)] },
    links: [
      {
        title: "Runbook",
        type: "link",
        url: "https://proxyfleet.dev/docs/runbook.md",
        icon: "doc",
      },
    ],
    panels: panels(),
  };
}

const source = {
  name: "datasource",
  label: "Prometheus",
  type: "datasource",
  query: "prometheus",
  refresh: 1,
};

interface Choice {
  readonly name: string;
  readonly label: string;
  readonly query: string;
  readonly several: boolean;
}

const choices: readonly Choice[] = [
  {
    name: "operator",
    label: "Operator in",
    query: 'label_values(leader_election_master_status{name="proxyfleet"}, namespace)',
    several: false,
  },
  {
    name: "namespace",
    label: "Namespace",
    query: "label_values(proxyfleet_fleet_condition, namespace)",
    several: true,
  },
  {
    name: "fleet",
    label: "Fleet",
    query: 'label_values(proxyfleet_fleet_condition{namespace=~"$namespace"}, fleet)',
    several: true,
  },
];

function variable({ name, label, query, several }: Choice): object {
  const all = { includeAll: true, multi: true, allValue: ".*" };
  const chosen = { current: { selected: true, text: ["All"], value: ["$__all"] } };
  return {
    name,
    label,
    type: "query",
    datasource,
    definition: query,
    query: { query, refId: name },
    refresh: 2,
    sort: 1,
    ...(several ? { ...all, ...chosen } : {}),
  };
}

function panels(): readonly object[] {
  const made: object[] = [];
  let y = 0;
  for (const { title, panels } of sections) {
    const gridPos = { x: 0, y, w: columns, h: 1 };
    made.push({ id: made.length + 1, type: "row", title, collapsed: false, gridPos, panels: [] });
    y += 1;
    for (const line of linesOf(panels)) {
      for (const { panel, place } of placed(line, y))
        made.push(grafanaPanel(panel, made.length + 1, place));
      y += heightOf(line);
    }
  }
  return made;
}

/** Panels side by side, as many as fit. */
function linesOf(panels: readonly Panel[]): readonly (readonly Panel[])[] {
  const lines: Panel[][] = [];
  let room = 0;
  for (const panel of panels) {
    if (panel.width > room) {
      lines.push([]);
      room = columns;
    }
    lines.at(-1)?.push(panel);
    room -= panel.width;
  }
  return lines;
}

function heightOf(line: readonly Panel[]): number {
  return Math.max(...line.map(({ show }) => heights[show]));
}

function placed(
  line: readonly Panel[],
  y: number,
): readonly { readonly panel: Panel; readonly place: Place }[] {
  const h = heightOf(line);
  let x = 0;
  return line.map((panel) => {
    const place = { x, y, w: panel.width, h };
    x += panel.width;
    return { panel, place };
  });
}
