import type { CustomObject, Pod } from "../kubernetes/objects.ts";
import type { Logger } from "pino";
import { parseWhatsAppProxy } from "../api/fleet.ts";
import { memoize } from "../values/memoize.ts";
import { isServingPod } from "./view.ts";
import { explainError } from "../values/errors.ts";
import { keyOf, keyText, parseKey } from "../kubernetes/resource.ts";
import { childName, fleetLabel } from "../api/names.ts";
import { type Controller, type Outcome, gone, lookAgain } from "../runtime/controller.ts";
import { type Environment, serves } from "../cluster/environment.ts";
import { secretRevision } from "../proxy/lane-certificates.ts";
import type { Servers } from "./reports.ts";

/**
 * How often a serving pod is asked for its state (ms): often enough for an alarm, and about nothing
 * beside what phones send.
 */
const askEveryMs = 15_000;
/** And while something is wrong with it, or a new configuration is on its way to it. */
const askSoonMs = 3_000;

/**
 * Asks serving pods for their state, again and again, and keeps what they say for conditions and
 * metrics. It writes nothing: a fleet is woken only when what a pod says has changed in more than
 * its counts.
 */
export function podController(environment: Environment): Controller {
  const queue = environment.makeQueue();
  const { caches, podReports, random } = environment;
  caches.pods.onChange(({ before, after }) => {
    for (const pod of [before, after]) if (pod !== undefined) queue.add(keyText(keyOf(pod)));
  });
  return {
    name: "pod",
    workers: 8,
    queue,
    async reconcile(key, log): Promise<Outcome> {
      const pod = caches.pods.get(parseKey(key));
      if (
        pod === undefined ||
        !isServingPod(pod) ||
        !serves(environment.settings, pod.metadata.namespace)
      ) {
        podReports.forget(key);
        return gone;
      }
      await ask(key, pod, environment, log);
      // Spread, so that the pods of a large cluster are not all asked at once.
      return lookAgain(
        (isWell(key, environment) ? askEveryMs : askSoonMs) * (0.9 + 0.2 * random()),
      );
    },
  };
}

async function ask(
  key: string,
  pod: Pod,
  { podStatus, podReports, caches, now }: Environment,
  log: Logger,
): Promise<void> {
  const { name, namespace, labels } = pod.metadata;
  const fleet = labels?.[fleetLabel] ?? "";
  try {
    const status = await podStatus(pod);
    const wanted = secretRevision(caches.secrets.get({ namespace, name: childName(fleet) }));
    podReports.told(
      key,
      { pod: name, status, wanted, servers: serversOf(namespace, fleet, caches) },
      now(),
    );
  } catch (error) {
    log.debug({ pod: name, error: explainError(error) }, "a pod did not tell its state");
    podReports.silent(key, name, now());
  }
}

/**
 * The fleet's upstream servers, so that what HAProxy calls chat-0 has a name that a person knows.
 */
function serversOf(
  namespace: string | undefined,
  name: string,
  { fleets }: Environment["caches"],
): Servers {
  const raw = fleets.get({ namespace, name });
  return raw === undefined ? { chat: [], media: [] } : readServers(raw);
}

/** A thousand pods are asked every few seconds: their fleets are not read anew for that. */
const readServers = memoize((raw: CustomObject): Servers => {
  const parsed = parseWhatsAppProxy(raw);
  if (!parsed.ok) return { chat: [], media: [] };
  const { chat, media } = parsed.value.spec.upstream;
  return { chat: chat.servers, media: media.servers };
});

function isWell(key: string, { podReports }: Environment): boolean {
  const report = podReports.report(key);
  return (
    !podReports.isBehind(key) &&
    report?.kind === "told" &&
    report.refused === undefined &&
    report.servers.every(({ state }) => state === "up")
  );
}
