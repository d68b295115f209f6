import { type Instant, type Millis, minutes } from "../../../values/time.ts";
import { present } from "../../../values/present.ts";
import type { TestEvidence } from "../../evidence.ts";
import {
  type CheckerEvidence,
  checkerRequests,
  type Control,
  readAnswer,
} from "../checker-protocol.ts";
import { answerOf, quote, ServiceError } from "../service-error.ts";
import type { Source, Target } from "../source.ts";
import { askJson, type JsonAnswer, retryAfterOf } from "./ask-json.ts";
import { withinDeadline } from "./deadline.ts";

export interface CheckerOptions extends Omit<CheckerEvidence, "at"> {
  /** Over HTTPS: a token must not be read on the way. */
  readonly url: string;
  readonly token?: string;
  readonly userAgent: string;
  readonly now: () => Instant;
  /** A host abroad that the checker should reach. Default: 1.1.1.1, port 443. */
  readonly control?: Control;
  /** A round ends after this. Default: 2 minutes. */
  readonly deadline?: Millis;
}

/** An anycast resolver that answers on this port nearly everywhere. */
const cloudflare: Control = { host: "1.1.1.1", port: 443 };

/** Asks a checker service to test addresses: docs/checker.md says how one has to answer. */
export function checkerSource(options: CheckerOptions): Source {
  const { url, deadline = minutes(2), token, control = cloudflare } = options;
  return {
    async measure(targets, signal) {
      const evidence: TestEvidence[] = [];
      try {
        if (!isHttps(url))
          throw new ServiceError("the checker's url must begin with https://: it carries a token");
        await withinDeadline(signal, deadline, async (signal) => {
          for (const request of checkerRequests(targets, control))
            evidence.push(...(await askOnce(options, { request, targets }, signal)));
        });
        return { evidence, answer: { kind: "worked" } };
      } catch (error) {
        return { evidence, answer: answerOf(error, token) };
      }
    },
  };
}

async function askOnce(
  options: CheckerOptions,
  { request, targets }: { readonly request: string; readonly targets: readonly Target[] },
  signal: AbortSignal,
): Promise<readonly TestEvidence[]> {
  const { url, token, userAgent, vantagePoint, country, role, now } = options;
  const answer = await askJson(
    {
      service: "the checker",
      url,
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": userAgent,
        ...present({ authorization: token === undefined ? undefined : `Bearer ${token}` }),
      },
      body: request,
      timeoutMs: 0,
    },
    signal,
  );
  if (answer.status !== 200) throw refusalOf(answer);
  const read = readAnswer(answer.body, targets, { at: now(), vantagePoint, country, role });
  if (read.kind === "read") return read.evidence;
  throw new ServiceError(
    `the checker's answer is none by docs/checker.md: ${quote(read.problem, token)}`,
  );
}

function refusalOf(answer: JsonAnswer): ServiceError {
  const { status } = answer;
  const remedy = [401, 403, 404].includes(status) ? ": compare its url and its token" : "";
  return new ServiceError(`the checker answered ${status}${remedy}`, {
    ...present({ retryAfterMs: retryAfterOf(answer) }),
  });
}

function isHttps(url: string): boolean {
  return URL.parse(url)?.protocol === "https:";
}
