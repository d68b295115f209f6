// share: how people get to a proxy, as links that WhatsApp opens and as QR codes of them.

import { isIPv4, isIPv6 } from "node:net";
import { ProxyfleetError } from "../values/errors.ts";

/** Where a share link leads: one host, and the ports that the app uses there. */
export interface ShareTarget {
  /** An IPv4 or IPv6 address (without brackets), or a hostname. */
  readonly host: string;
  readonly chatPort: number;
  readonly mediaPort: number;
  /** Whether the app puts TLS round the chat connection. */
  readonly chatTls: boolean;
}

/**
 * A share link can't be made or read. The message names the field, and never the host: whoever
 * knows the host knows the proxy.
 */
export class ShareLinkError extends ProxyfleetError {}

const defaults = { chatPort: 443, mediaPort: 587 };

/**
 * The link that a person opens on a phone to use a proxy. It is a secret of the group of people it
 * is made for: don't log it. All four parameters are written, so that no version of the app has to
 * guess (the app's own share button writes the same four).
 * @throws ShareLinkError if the host or a port can't be used in a link
 */
export function shareLink(target: ShareTarget): string {
  const { host, chatPort, mediaPort, chatTls } = checked(target);
  const parameters = {
    host: writtenHost(host),
    chatPort: String(chatPort),
    mediaPort: String(mediaPort),
    chatTLS: String(chatTls),
  };
  return `https://wa.me/proxy?${new URLSearchParams(parameters).toString()}`;
}

/** A host as it is written in links, and typed into the app: an IPv6 address is in brackets. */
export function writtenHost(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}

/**
 * Reads a share link as the app does: a missing chat port means 443, a missing media port 587, and
 * TLS is used unless `chatTLS` is there and is neither `true` nor `1` (public analyses of the
 * Android app agree on this).
 * @throws ShareLinkError if it is no share link, or a part of it can't be used
 */
export function parseShareLink(link: string): ShareTarget {
  const url = URL.canParse(link) ? new URL(link) : undefined;
  if (url === undefined || url.origin !== "https://wa.me" || url.pathname !== "/proxy")
    throw new ShareLinkError("this is no share link: it must start with https://wa.me/proxy?");
  const parameters = url.searchParams;
  return checked({
    host: parameters.get("host") ?? "",
    chatPort: Number(parameters.get("chatPort") ?? defaults.chatPort),
    mediaPort: Number(parameters.get("mediaPort") ?? defaults.mediaPort),
    chatTls: ["true", "1"].includes(parameters.get("chatTLS") ?? "true"),
  });
}

function checked(target: ShareTarget): ShareTarget {
  const host = target.host.replace(/^\[(.*)\]$/, "$1");
  if (!isLinkHost(host))
    throw new ShareLinkError(
      "host of the share link: give an IP address or a hostname, without port and without https://",
    );
  checkPort("chatPort", target.chatPort);
  checkPort("mediaPort", target.mediaPort);
  return { ...target, host };
}

/** Whether a text is an address or a hostname that a link can carry. */
function isLinkHost(host: string): boolean {
  return isIPv4(host) || isIPv6(host) || isHostname(host);
}

/**
 * RFC 1123 §2.1: labels of letters, digits and hyphens; the last one is no number, or it would be a
 * misspelt IPv4 address.
 */
export function isHostname(host: string): boolean {
  const label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
  return (
    host.length <= 253 &&
    new RegExp(`^(${label}\\.)*${label}$`, "i").test(host) &&
    !/(^|\.)[0-9]+$/.test(host)
  );
}

function checkPort(field: "chatPort" | "mediaPort", port: number): void {
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new ShareLinkError(
      `${field} of the share link is ${String(port)}: give a whole number from 1 to 65535`,
    );
}
