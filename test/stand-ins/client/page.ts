import { text } from "node:stream/consumers";
import { failed } from "./outcome.ts";

/** A share page as a browser shows it. */
export interface OpenedPage {
  readonly status: number;
  readonly direction: string;
  /** What can be read on it, line by line. */
  readonly lines: readonly string[];
}

/** Opens a share page as a browser does that asks for this language. @throws AttemptError */
export async function openPage(
  url: string,
  { language, signal }: { readonly language: string; readonly signal: AbortSignal },
): Promise<OpenedPage> {
  try {
    const response = await fetch(url, { headers: { "accept-language": language }, signal });
    const html = await response.text();
    return { status: response.status, direction: directionOf(html), lines: linesOf(html) };
  } catch (error) {
    throw failed("answer", error);
  }
}

/** The address of a page is a secret: it comes on the standard input. */
export async function pageFromInput(): Promise<string> {
  return (await text(process.stdin)).trim();
}

function directionOf(html: string): string {
  return /<html[^>]* dir="(\w+)"/.exec(html)?.[1] ?? "";
}

function linesOf(html: string): readonly string[] {
  const body = html.replace(/<(style|svg|head)[\s>][\s\S]*?<\/\1>/g, "");
  const shown = body.replace(/<[^>]*>/g, " ").split("\n");
  return shown.map((line) => line.replace(/\s+/g, " ").trim()).filter((line) => line !== "");
}
