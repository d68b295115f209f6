import { shareLabels } from "../api/names.ts";
import type { OwnerReference, Secret } from "../kubernetes/objects.ts";
import { formatInstant } from "../values/time.ts";
import { chosenLanguage } from "./chosen-language.ts";
import { shareLink } from "./link.ts";
import { renderPage } from "./page.ts";
import { qrPng, qrSvg } from "./qr-image.ts";
import {
  type PublishedTarget,
  type ShareField,
  type SlotShare,
  shareDataKey,
  shareFields,
  shareSecretName,
} from "./slot-share.ts";

/** A fleet as the owner of its Secret. */
export interface ShareOwner {
  readonly namespace: string;
  readonly fleet: string;
  readonly owner: OwnerReference;
}

/** What the Secret holds. */
export interface ShareContent {
  /** None: the fleet is on its way out, and nothing of it may be used any more. */
  readonly shares: readonly SlotShare[];
  /** Whether slots have pages. */
  readonly pages: boolean;
}

/** What a Secret may hold is 1 MiB (the API server's MaxSecretSize); this leaves some room (bytes). */
const mostBytes = 1_000_000;

/**
 * The Secret `<fleet>-share`: for each slot the link, its parts, its code and its page, for people
 * and for `proxyfleet share`. Where it would be too large, as with 64 slots of very long names, it
 * lacks the pages to print, and has all the rest.
 */
export function shareSecret(child: ShareOwner, { shares, pages }: ShareContent): Secret {
  const { namespace, fleet, owner } = child;
  const all = shares.flatMap((share) => {
    const { slot } = share.seat;
    return fieldsOf(share, pages).map((one) => ({ ...one, key: shareDataKey(slot, one.field) }));
  });
  const bytes = all.reduce((sum, { value }) => sum + value.length, 0);
  const fitting = all.filter(({ field }) => bytes <= mostBytes || field !== shareFields.page);
  const metadata = {
    name: shareSecretName(fleet),
    namespace,
    labels: shareLabels(fleet),
    ownerReferences: [owner],
  };
  const data = Object.fromEntries(fitting.map(({ key, value }) => [key, value.toString("base64")]));
  return { apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", data };
}

interface Field {
  readonly field: ShareField;
  readonly value: Buffer;
}

function fieldsOf({ path, countries, published }: SlotShare, pages: boolean): readonly Field[] {
  return [
    ...(pages ? [field(shareFields.path, path)] : []),
    ...(countries.length === 0 ? [] : [field(shareFields.countries, countries.join(","))]),
    ...(published === undefined ? [] : targetFields(published)),
    ...(published === undefined || !pages ? [] : [sheet(published, countries)]),
  ];
}

function targetFields(target: PublishedTarget): readonly Field[] {
  const link = shareLink(target);
  return [
    field(shareFields.link, link),
    field(shareFields.host, target.host),
    field(shareFields.chatPort, String(target.chatPort)),
    field(shareFields.mediaPort, String(target.mediaPort)),
    field(shareFields.since, formatInstant(target.since)),
    field(shareFields.svg, qrSvg(link)),
    field(shareFields.png, qrPng(link)),
  ];
}

/** The page to print: it leads nowhere but into the app. */
function sheet(published: PublishedTarget, countries: readonly string[]): Field {
  const language = chosenLanguage({ countries });
  const links = { inLanguage: () => "", print: "", report: "" };
  const page = renderPage({ published, language, variant: "print", report: "none", links });
  return field(shareFields.page, page);
}

function field(name: ShareField, value: string | Uint8Array): Field {
  return { field: name, value: Buffer.from(value) };
}
