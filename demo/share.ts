import { shareLink } from "../src/share/link.ts";
import { terminalQr } from "../src/share/qr.ts";
import type { PublishedAddress } from "../test/stand-ins/client/load.ts";
import type { Say } from "./say.ts";

/** The link that people open on their phones. */
export function renderLink({ host, chat, media }: PublishedAddress): string {
  return shareLink({ host, chatPort: chat, mediaPort: media, chatTls: true });
}

/** Shows the link, and its QR code to be scanned from the screen. */
export function showShareLink(say: Say, at: PublishedAddress): void {
  const link = renderLink(at);
  say.tell(link);
  say.line("");
  say.tell(terminalQr(link, { colour: process.stdout.hasColors?.() ?? false }));
  say.line("");
}
