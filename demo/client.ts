import type { ChatResult } from "../test/stand-ins/client/chat.ts";
import type { DarkResult } from "../test/stand-ins/client/dark.ts";
import type { OpenedLink } from "../test/stand-ins/client/links.ts";
import type { PublishedAddress } from "../test/stand-ins/client/load.ts";
import type { MediaResult } from "../test/stand-ins/client/media.ts";
import type { OpenedPage } from "../test/stand-ins/client/page.ts";
import { finish } from "./run.ts";
import { DemoError } from "./say.ts";
import type { Stage } from "./stage.ts";

/** What a client answers: its result, or why it has none. */
export type ClientAnswer<Result> =
  ({ readonly event: "ok" } & Result) | { readonly event: "failed"; readonly message: string };

/** The clients that the demo sends to a proxy, each for one look. */
export interface Client {
  chat(at: PublishedAddress): Promise<ClientAnswer<ChatResult>>;
  media(at: PublishedAddress): Promise<ClientAnswer<MediaResult>>;
  /**
   * Takes the link on its standard input: a share link is a secret, and command lines can be read
   * by others.
   */
  openLink(link: string): Promise<ClientAnswer<OpenedLink>>;
  /** Reads a share page; its address is a secret as well. */
  openPage(url: string, language: string): Promise<ClientAnswer<OpenedPage>>;
  dark(at: PublishedAddress): Promise<DarkResult>;
}

/** The clients at the stage's place for clients. */
export function clientOf(stage: Stage): Client {
  const ask = async <Result>(
    args: readonly string[],
    input?: string,
  ): Promise<ClientAnswer<Result>> => {
    const { event, ...rest } = await runClient(stage, args, input);
    return (
      event === "failed" ? { event, ...rest } : { event: "ok", ...rest }
    ) as ClientAnswer<Result>;
  };
  return {
    chat: async ({ host, chat }) => ask<ChatResult>(["chat", host, String(chat)]),
    media: async ({ host, media }) => ask<MediaResult>(["media", host, String(media)]),
    openLink: async (link) => ask<OpenedLink>(["links"], link),
    openPage: async (url, language) => ask<OpenedPage>(["page", language], url),
    dark: async ({ host, chat, media }) =>
      (await runClient(stage, [
        "dark",
        host,
        String(chat),
        String(media),
      ])) as unknown as DarkResult,
  };
}

async function runClient(
  stage: Stage,
  args: readonly string[],
  input?: string,
): Promise<Record<string, unknown> & { event: string }> {
  const { stdout, stderr } = await finish([...stage.client, ...args], input);
  if (!stdout.startsWith("{"))
    throw new DemoError(`the client can't run on ${stage.clientPlace}: ${stderr.trim()}`);
  return JSON.parse(stdout) as Record<string, unknown> & { event: string };
}
