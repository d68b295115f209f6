import type { ConditionReason } from "../api/reasons.ts";
import type { Finding } from "../api/findings.ts";
import type { UpstreamName } from "../proxy/haproxy/upstream.ts";
import {
  type PodReport,
  type ServerReport,
  type AnsweredReport,
  noneAnswered,
  answeredReports,
} from "./report.ts";

const upstreamNames = ["chat", "media"] as const;

const lost: Readonly<
  Record<UpstreamName, { readonly reason: ConditionReason; readonly meaning: string }>
> = {
  chat: { reason: "ChatUnreachable", meaning: "nobody can chat through this fleet" },
  media: {
    reason: "MediaUnreachable",
    meaning: "photos, voice messages and files do not pass through this fleet",
  },
};

const remedy =
  "Pods stay ready and try again every few seconds. Check that the nodes may connect to these names and ports (firewall, egress rules, DNS), or correct spec.upstream";

/**
 * The UpstreamReachable condition: False only where no pod at all reaches any server of chat, or of
 * media.
 */
export function upstreamReachable(reports: readonly PodReport[]): Finding {
  const answered = answeredReports(reports).filter(({ servers }) => servers.length > 0);
  if (answered.length === 0) return noneAnswered(reports);
  const dead = upstreamNames.filter((name) =>
    answered.every((report) => serversOf(report, name).every(isUnreachable)),
  );
  if (dead.length > 0) return unreachable(dead, answered);
  const troubles = troublesOf(answered, (server) => server.isFallback !== true);
  const spare = troublesOf(answered, (server) => server.isFallback === true);
  if (troubles.length === 0)
    return {
      status: "True",
      reason: "AllServersUp",
      message: ["all chat and media servers answer the pods' checks", ...spare].join("; "),
    };
  return {
    status: "True",
    reason: "SomeServersDown",
    message: `${[...troubles, ...spare].join("; ")}. Connections go to the servers that answer`,
  };
}

function serversOf({ servers }: AnsweredReport, name: UpstreamName): AnsweredReport["servers"] {
  return servers.filter(({ upstream }) => upstream === name);
}

function unreachable(dead: readonly UpstreamName[], answered: readonly AnsweredReport[]): Finding {
  const [only] = dead;
  const reason = dead.length === 1 && only !== undefined ? lost[only].reason : "NothingReachable";
  const sentences = dead.map((name) => {
    const servers = new Set(
      answered.flatMap((report) => serversOf(report, name).map(({ server }) => server)),
    );
    const named = servers.size === 0 ? "" : ` (${[...servers].join(", ")})`;
    return `no pod reaches a ${name} server${named}: ${lost[name].meaning}`;
  });
  return { status: "False", reason, message: `${sentences.join("; ")}. ${remedy}` };
}

/** Each server that is lost to some pod, in the order of the spec, and to how many. */
function troublesOf(
  answered: readonly AnsweredReport[],
  of: (server: ServerReport) => boolean,
): string[] {
  const byServer = Map.groupBy(
    answered.flatMap(({ servers }) => servers.filter(isUnreachable).filter(of)),
    ({ upstream, server, state, isFallback }) =>
      `${upstream} ${isFallback === true ? "fallback" : "server"} ${server} ${lossOf[state]}`,
  );
  return [...byServer].map(
    ([what, { length }]) =>
      `${what} ${length === answered.length ? "any pod" : `${length} of ${answered.length} pods`}`,
  );
}

const lossOf: Readonly<Record<ServerReport["state"], string>> = {
  up: "answers",
  down: "does not answer",
  nameless: "has no address in DNS for",
  closed: "leads into a private network, which is closed to",
};

function isUnreachable({ state }: ServerReport): boolean {
  return state !== "up";
}
