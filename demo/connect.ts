import type { Handshake } from "../test/stand-ins/client/connection.ts";
import type { PublishedAddress } from "../test/stand-ins/client/load.ts";
import { renderLink } from "./share.ts";
import { clientOf, type ClientAnswer } from "./client.ts";
import { readLedger } from "./fleet.ts";
import type { Scene } from "./scene.ts";

/** Connects on both ports, and looks at what a censor and WhatsApp would see. */
export async function connectToBoth(scene: Scene, at: PublishedAddress): Promise<void> {
  await connectToChat(scene, at);
  await connectToMedia(scene, at);
}

async function connectToChat({ stage, say, kubectl }: Scene, at: PublishedAddress): Promise<void> {
  const chat = await clientOf(stage).chat(at);
  const promise = `chat works at ${at.host}:${String(at.chat)}`;
  if (chat.event === "failed") return say.promise(false, promise, chat.message);
  say.promise(
    true,
    promise,
    `${chat.handshake?.tlsVersion ?? "no TLS"}, answer after ${String(chat.milliseconds)} ms`,
  );
  const entry = (await readLedger(kubectl)).find(({ spec }) => spec.address === at.host);
  const [seen, made] = [
    chat.handshake?.certificateSHA256 ?? "",
    entry?.status?.certificateSHA256 ?? "nothing",
  ];
  say.promise(
    seen === made,
    "the certificate is the one that was made for this address alone",
    short(seen),
  );
  if (chat.answer === null) return;
  const { proxy } = chat.answer;
  const heard =
    proxy === null
      ? "no header"
      : `version ${String(proxy.version)}, source ${proxy.source?.address ?? "not told"}`;
  say.promise(
    proxy?.version === 2,
    "WhatsApp hears from the proxy who connects (PROXY header)",
    heard,
  );
}

async function connectToMedia(
  { stage, say, mediaCertificate }: Scene,
  at: PublishedAddress,
): Promise<void> {
  const media = await clientOf(stage).media(at);
  const promise = `media works at ${at.host}:${String(at.media)}`;
  if (media.event === "failed") return say.promise(false, promise, media.message);
  say.promise(
    true,
    promise,
    `${media.handshake.tlsVersion}, answer after ${String(media.milliseconds)} ms`,
  );
  const isOwn =
    mediaCertificate === undefined || media.handshake.certificateSHA256 === mediaCertificate;
  say.promise(
    isOwn,
    "the certificate seen is WhatsApp's own, so the proxy can't read along",
    describeCertificate(media.handshake),
  );
}

/** Opens the share link as the app does. */
export async function openShareLink({ stage, say }: Scene, at: PublishedAddress): Promise<void> {
  const opened = await clientOf(stage).openLink(renderLink(at));
  say.promise(
    opened.event === "ok",
    "a client that opens the link reaches both ports",
    reached(opened),
  );
}

function reached(
  opened: ClientAnswer<{ chat: { milliseconds: number }; media: { milliseconds: number } }>,
): string {
  if (opened.event === "failed") return opened.message;
  return `chat after ${String(opened.chat.milliseconds)} ms, media after ${String(opened.media.milliseconds)} ms`;
}

function describeCertificate({ subject, certificateSHA256 }: Handshake): string {
  return `${subject.replaceAll("\n", ", ")}, SHA-256 ${short(certificateSHA256)}`;
}

function short(sha256: string): string {
  return `${sha256.slice(0, 16)}…`;
}
