import { shareLink } from "../../src/share/link.ts";
import type { SecretData } from "../../src/share/shared-slots.ts";
import { shareDataKey, shareFields, shareSecretName } from "../../src/share/slot-share.ts";

/** What a test says of a slot in the Secret `<fleet>-share`. */
export interface SlotInSecret {
  /** A letter: the path is made of it. Undefined: the fleet has no pages. */
  readonly page?: string;
  /** Undefined: nothing is published. */
  readonly host?: string;
  readonly countries?: string;
  readonly since?: string;
}

/** 26 letters, as a page's path has them. */
export function pathOf(letter: string): string {
  return letter.repeat(26);
}

/** The data of a fleet's Secret, as the operator writes it. */
export function shareData(slots: readonly SlotInSecret[]): SecretData {
  return Object.fromEntries(slots.flatMap(entriesOf));
}

/** The Secret itself, of a namespace. */
export function shareSecret(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  slots: readonly SlotInSecret[],
): object {
  const metadata = { namespace, name: shareSecretName(name) };
  return { apiVersion: "v1", kind: "Secret", metadata, data: shareData(slots) };
}

function entriesOf(
  { page, host, countries, since = "2026-11-23T14:00:00Z" }: SlotInSecret,
  slot: number,
): [string, string][] {
  const target = { chatPort: 443, mediaPort: 587, chatTls: true };
  const texts: [string, string | undefined][] = [
    [shareFields.path, page === undefined ? undefined : pathOf(page)],
    [shareFields.countries, countries],
    ...(host === undefined
      ? []
      : ([
          [shareFields.link, shareLink({ ...target, host })],
          [shareFields.host, host],
          [shareFields.chatPort, "443"],
          [shareFields.mediaPort, "587"],
          [shareFields.since, since],
        ] as [string, string][])),
  ];
  return texts.flatMap(([field, text]): [string, string][] =>
    text === undefined
      ? []
      : [[shareDataKey(slot, field as "link"), Buffer.from(text).toString("base64")]],
  );
}
