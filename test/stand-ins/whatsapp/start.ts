import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import { makeCertificate } from "./certificate.ts";
import { serveChat, type ExpectedHeader } from "./chat-server.ts";
import { newCounters, serveReport, type WhatsAppReport } from "./counters.ts";
import { serveMedia } from "./media-server.ts";

export interface WhatsAppOptions {
  /** The address that chat and media listen on. The counters are for loopback only. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly chatPort: number;
  readonly mediaPort: number;
  readonly countersPort: number;
  readonly proxyProtocol: ExpectedHeader;
}

/** The played WhatsApp, up and running. */
export interface WhatsApp {
  readonly chatPort: number;
  readonly mediaPort: number;
  readonly countersPort: number;
  readonly report: WhatsAppReport;
  /** Stops listening. Open connections are the clients' to end. */
  close(): void;
}

/** Starts the chat server, the media server and the counters, with a new certificate. */
export async function startWhatsApp(options: WhatsAppOptions): Promise<WhatsApp> {
  const own = await makeCertificate(new Date());
  const report = { certificateSHA256: own.sha256, chat: newCounters(), media: newCounters() };
  const chat = serveChat(options.proxyProtocol, report.chat).listen(options.chatPort, options.host);
  const media = serveMedia(own, report.media).listen(options.mediaPort, options.host);
  const counting = serveReport(report, options.countersPort);
  const servers = [chat, media, counting];
  await Promise.all(servers.map(async (server) => once(server, "listening")));
  return {
    chatPort: portOf(chat),
    mediaPort: portOf(media),
    countersPort: portOf(counting),
    report,
    close: () => servers.forEach((server) => server.close()),
  };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
