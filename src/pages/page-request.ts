import type { PageLanguage, PageView } from "../share/page-view.ts";
import { type ServedPage, shownSince } from "./served-page.ts";

/** What a client asks for, untrusted. */
export interface PageRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly acceptLanguage: string | undefined;
}

/** Which language a page comes in. */
export type ChooseLanguage = (given: {
  /** What the page's own switch says. */
  readonly asked: string | undefined;
  /** The browser's wish, RFC 9110 §12.5.4. */
  readonly acceptLanguage: string | undefined;
  /** ISO 3166-1 alpha-2. */
  readonly countries: readonly string[];
}) => PageLanguage;

export interface Library {
  /** The page of a path; undefined where there is none. As much work for any path. */
  readonly find: (path: string) => ServedPage | undefined;
  readonly chooseLanguage: ChooseLanguage;
}

/** What a request comes to. */
export type Reading =
  /** Whatever the reason, it is answered alike. */
  | { readonly kind: "Nothing" }
  | {
      readonly kind: "Page";
      readonly page: ServedPage;
      readonly view: PageView;
      /** The button was pressed, against what is shown now. */
      readonly isPress: boolean;
    };

/** Characters; longer than any that we write into a link, and than any that a browser sends. */
const longest = { asked: 16, acceptLanguage: 512 } as const;

/**
 * Reads a request. The path is compared as it came, in all its characters: nothing is decoded or
 * joined. One slash at the end is left out, since the same page elsewhere is a folder. Parameters that nobody knows are passed over, since apps add some to links.
 */
export function readRequest(
  { method = "", url = "", acceptLanguage }: PageRequest,
  { find, chooseLanguage }: Library,
): Reading {
  const [path = ""] = url.split("?", 1);
  const page = find(path.replace(/\/$/, ""));
  if (page === undefined || !["GET", "HEAD", "POST"].includes(method)) return { kind: "Nothing" };
  const query = new URLSearchParams(url.slice(path.length));
  const language = chooseLanguage({
    asked: query.get("l")?.slice(0, longest.asked),
    acceptLanguage: acceptLanguage?.slice(0, longest.acceptLanguage),
    countries: page.share.countries,
  });
  const variant = query.get("print") === "1" ? "print" : "screen";
  const isPress = method === "POST" && isAboutShown(page, query.get("v"));
  return { kind: "Page", page, view: viewOf(page, { language, variant, isPress }), isPress };
}

interface Wish extends Pick<PageView, "language" | "variant"> {
  readonly isPress: boolean;
}

function viewOf(page: ServedPage, { language, variant, isPress }: Wish): PageView {
  const suffix = variant === "print" ? "&print=1" : "";
  return {
    published: page.share.published,
    language,
    variant,
    report: reportOf(page, { variant, isPress }),
    links: {
      inLanguage: (other) => `?l=${other}${suffix}`,
      print: `?l=${language}&print=1`,
      report: `?l=${language}&v=${edition(page)}`,
    },
  };
}

function reportOf(
  { reported }: ServedPage,
  { variant, isPress }: Omit<Wish, "language">,
): PageView["report"] {
  if (isPress) return "received";
  return reported === undefined || variant === "print" ? "none" : "offered";
}

/** A page that was opened before a move says nothing about the address that came since. */
function isAboutShown(page: ServedPage, shown: string | null): boolean {
  return page.reported !== undefined && shown === edition(page);
}

/** Short, and another one for each address of a slot. */
function edition(page: ServedPage): string {
  return (shownSince(page) ?? 0).toString(36);
}
