import { parseShareLink } from "../../../src/share/link.ts";
import { chat, type ChatResult } from "./chat.ts";
import { media, type MediaResult } from "./media.ts";

export interface OpenLinkOptions {
  readonly played: boolean;
  /** Longest wait for each of the two ports, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Both connections that the app makes with a share link. */
export interface OpenedLink {
  readonly chat: ChatResult;
  readonly media: MediaResult;
}

/**
 * Opens a share link as the app does: reads host, ports and TLS from it, and connects to both
 * ports.
 * @throws ShareLinkError, AttemptError
 */
export async function openLink(
  link: string,
  { played, timeoutMs, signal }: OpenLinkOptions,
): Promise<OpenedLink> {
  const { host, chatPort, mediaPort, chatTls } = parseShareLink(link);
  const common = { played, timeoutMs, signal };
  return {
    chat: await chat({ endpoint: { host, port: chatPort }, tls: chatTls, ...common }),
    media: await media({
      endpoint: { host, port: mediaPort },
      servername: "whatsapp.net",
      ...common,
    }),
  };
}
