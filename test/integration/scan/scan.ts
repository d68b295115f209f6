import { type Findings, findingsOf, type Scanned } from "./findings.ts";
import { startOrdinary } from "./ordinary.ts";
import { startFleets } from "./ours.ts";
import { type Features, featuresOf, quickQuestions, slowQuestions } from "./questions.ts";
import type { Target } from "./target.ts";
import { handshake } from "./ask.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

/** What was found on the chat ports, and on the media ports. */
export interface Scan {
  readonly chat: Findings;
  readonly media: Findings;
  readonly ordinary: readonly string[];
}

/**
 * Asks twenty lanes of three fleets, and a handful of ordinary servers, all that a prober asks, and
 * compares. Everything is on loopback.
 */
export async function scan(haproxy: string): Promise<Scan> {
  const [ours, ordinary] = await Promise.all([startFleets(haproxy), startOrdinary(haproxy)]);
  try {
    const chat = ours.targets;
    const media = chat.map(({ mediaPort = 0, ...lane }) => ({ ...lane, port: mediaPort }));
    const seen = await scanAll([...chat, ...media, ...ordinary.targets]);
    const [chatSeen, mediaSeen] = [
      seen.slice(0, chat.length),
      seen.slice(chat.length, 2 * chat.length),
    ];
    const others = seen.slice(2 * chat.length);
    return {
      chat: findingsOf(chatSeen, others),
      media: findingsOf(mediaSeen, others),
      ordinary: others.map(({ name }) => name),
    };
  } finally {
    await Promise.all([ours.stop(), ordinary.stop()]);
  }
}

/** Quick questions go to a few servers at a time: a busy machine would show in the answers. */
async function scanAll(targets: readonly Target[]): Promise<readonly Scanned[]> {
  const quick: Features[] = [];
  for (let at = 0; at < targets.length; at += atOnce)
    quick.push(...(await Promise.all(targets.slice(at, at + atOnce).map(askQuickly))));
  const slow = await Promise.all(targets.map(async ({ port }) => featuresOf(port, slowQuestions)));
  return targets.map(({ name, group }, index) => ({
    name,
    group,
    features: { ...quick[index], ...slow[index] },
  }));
}

const atOnce = 8;

async function askQuickly({ name, port }: Target): Promise<Features> {
  await waitFor(`${name} to answer`, async () => {
    (await handshake(port)).destroy();
    return true;
  });
  return featuresOf(port, quickQuestions);
}
