/** The files that the page is made of. */
export const fileNames = ["index.html", "app.js", "style.css", "icon.svg"] as const;
export type PageFileName = (typeof fileNames)[number];

/** The page, as text. */
export type PageFiles = Readonly<Record<PageFileName, string>>;

declare const PROXYFLEET_DASHBOARD: string | undefined;

/** The page that was built into the program; undefined when it is run from the sources. */
export function builtPage(): PageFiles | undefined {
  return typeof PROXYFLEET_DASHBOARD === "string"
    ? (JSON.parse(PROXYFLEET_DASHBOARD) as PageFiles)
    : undefined;
}

/** What browsers are to take them for. */
export const contentTypes: Readonly<Record<PageFileName, string>> = {
  "index.html": "text/html; charset=utf-8",
  "app.js": "text/javascript; charset=utf-8",
  "style.css": "text/css; charset=utf-8",
  "icon.svg": "image/svg+xml; charset=utf-8",
};
