import { sourceOfSpec } from "../../../api/vantage-point.ts";
import { present } from "../../../values/present.ts";
import type { Instant } from "../../../values/time.ts";
import type { SourceOf } from "../../io/rounds.ts";
import { checkHostBudget, checkHostSource } from "./check-host.ts";
import { checkerSource } from "./checker.ts";
import { globalpingSource } from "./globalping.ts";

export interface SourceMaking {
  readonly userAgent: string;
  readonly now: () => Instant;
}

/** Makes what asks the service of a vantage point; undefined where its tests come by themselves. */
export function sourceMaker({ userAgent, now }: SourceMaking): SourceOf {
  const budget = checkHostBudget();
  return ({ metadata, spec }, token) => {
    const { country, role, asn, globalping, checkHost, http } = spec;
    const place = { vantagePoint: metadata.name, country, role, userAgent, now };
    switch (sourceOfSpec(spec)) {
      case "globalping": {
        if (globalping === undefined) return undefined;
        const { limit } = globalping;
        return globalpingSource({ ...place, limit, ...present({ asn, token }) });
      }
      case "checkHost": {
        if (checkHost === undefined) return undefined;
        return checkHostSource({ ...place, limit: checkHost.limit, budget, ...present({ asn }) });
      }
      case "http":
        return http && checkerSource({ ...place, url: http.url, ...present({ token }) });
      case "agent":
        return undefined;
    }
  };
}
