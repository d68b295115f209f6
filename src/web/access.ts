import type { Rights } from "./rights.ts";
import type { Refused } from "./wire.ts";

/** Somebody who may see something. */
export interface Viewer {
  /** Tells one person's streams from another's: never shown or logged. */
  readonly id: string;
  readonly rights: Rights;
  /** Whether they may list Events there. @throws errors of the API client */
  readonly mayReadEvents: (namespace: string) => Promise<boolean>;
}

/** Whether somebody is let in, and to what. */
export type Admission =
  | { readonly kind: "Viewer"; readonly viewer: Viewer }
  | { readonly kind: "Refused"; readonly refused: Refused };

/** Decides who sees what, by the Authorization header of a request. */
export interface Access {
  readonly admit: (authorization: string | undefined) => Promise<Admission>;
}

/** The answer to whoever sees nothing, in words that say what to do. */
export function refusal(why: Refused["why"]): Extract<Admission, { kind: "Refused" }> {
  return { kind: "Refused", refused: { why, message: words[why] } };
}

const words: Readonly<Record<Refused["why"], string>> = {
  SignIn:
    "No token, or one that the cluster does not accept: it may be wrong, expired or revoked. Sign in with a token of this cluster.",
  NoRight:
    "The cluster knows you, but you may not list WhatsAppProxy objects in any namespace that has some. Ask an admin for the role proxyfleet-viewer (docs/rights.md).",
  Busy: "The dashboard has no room now, or the cluster does not answer. It tries again by itself.",
  NotFound: "There is no such fleet, or you may not see it.",
};

/** The token of `Bearer …` (RFC 6750 §2.1); undefined where there is none. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^bearer +([-._~+/0-9A-Za-z]+=*) *$/i.exec(authorization ?? "")?.[1];
}
