import { shareLink } from "../../share/link.ts";
import { terminalQr } from "../../share/qr.ts";
import type { SharedSlot } from "../../share/shared-slots.ts";
import type { PublishedTarget } from "../../share/slot-share.ts";
import { formatInstant, spokenTime } from "../../values/time.ts";
import type { Printing } from "./arguments.ts";
import { fleetText } from "./without-links.ts";

/** How links are printed. */
export interface LinkStyle extends Pick<Printing, "output" | "codes" | "pagesUrl"> {
  /** Whether it is a terminal, with colours. */
  readonly colour: boolean;
}

/** What goes to standard output; an empty text where there is nothing. */
export function linksText(slots: readonly SharedSlot[], style: LinkStyle): string {
  switch (style.output) {
    case "json":
      return JSON.stringify(slots.map(jsonOf(style)), undefined, 2);
    case "links":
      return slots.flatMap(({ published }) => (published ? [shareLink(published)] : [])).join("\n");
    case "text":
      return slots
        .flatMap((slot) => (slot.published ? [slotText(slot, slot.published, style)] : []))
        .join("\n\n");
  }
}

function slotText(slot: SharedSlot, published: PublishedTarget, style: LinkStyle): string {
  const { namespace, fleet: name, slot: number } = slot.seat;
  const { host, chatPort, mediaPort, since } = published;
  const link = shareLink(published);
  const page = pageOf(slot, style.pagesUrl);
  return [
    `${fleetText({ namespace, name })}, slot ${number}`,
    `host ${host}, chat port ${chatPort} with TLS, media port ${mediaPort}, since ${spokenTime(since)}`,
    link,
    ...(page === undefined ? [] : [`page: ${page}`]),
    ...(style.codes ? ["", terminalQr(link, style)] : []),
  ].join("\n");
}

const jsonOf =
  ({ pagesUrl }: Pick<LinkStyle, "pagesUrl">) =>
  (slot: SharedSlot) => {
    const { seat, published, path } = slot;
    const page = { path: path ?? null, page: pageOf(slot, pagesUrl) ?? null };
    if (published === undefined) return { ...seat, link: null, ...page };
    const { host, chatPort, mediaPort, chatTls: chatTLS, since } = published;
    const target = { host, chatPort, mediaPort, chatTLS, since: formatInstant(since) };
    return { ...seat, link: shareLink(published), ...target, ...page };
  };

/** A page's address: a folder, so that its links to other languages lead somewhere. */
function pageOf({ path }: SharedSlot, pagesUrl: string | undefined): string | undefined {
  return path === undefined || pagesUrl === undefined ? undefined : `${pagesUrl}${path}/`;
}
