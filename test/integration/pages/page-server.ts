import { type Socket, connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { PageIndex } from "../../../src/pages/io/page-index.ts";
import { PressDesk } from "../../../src/pages/io/press-desk.ts";
import {
  type PageServerOptions,
  servePages,
  usualPageLimits,
} from "../../../src/pages/io/serve.ts";
import type { ServedPage } from "../../../src/pages/served-page.ts";
import type { ReportEvidence } from "../../../src/reachability/evidence.ts";
import type { GuardedServer } from "../../../src/runtime/guarded-server.ts";
import type { PageView } from "../../../src/share/page-view.ts";
import { type ShareKey, shareKey } from "../../../src/share/tokens.ts";
import { instant } from "../../../src/values/time.ts";
import { pageOf, pagePath } from "../../objects/served-page.ts";

export const noon = instant(Date.parse("2026-11-23T12:00:00Z"));
export const key: ShareKey = shareKey(new Uint8Array(32).fill(7))!;
export const generous = {
  ...usualPageLimits(false),
  connectionRate: { perSecond: 1e6, burst: 1e6 },
};

/** A page as short as can be, with all that a test looks at. */
export function drawn({ published, language, variant, report, links }: PageView): string {
  const target = published === undefined ? "none" : published.host;
  return `<html lang="${language}" class="${variant}"><p>${target}</p><form action="${links.report.replaceAll("&", "&amp;")}" class="${report}"></form></html>`;
}

/** Where a page's form leads to now. */
export function formTarget({ share }: ServedPage = pageOf()): string {
  return `/${pagePath}?l=en&v=${(share.published?.since ?? 0).toString(36)}`;
}

/** A server of share pages on loopback, with what it was given. */
export interface PageServer extends GuardedServer {
  readonly pages: ServedPage[];
  readonly index: PageIndex;
  readonly desk: PressDesk;
  readonly evidence: ReportEvidence[];
  readonly failures: unknown[];
  readonly views: PageView[];
}

type Given = Partial<PageServerOptions> &
  Partial<Pick<ConstructorParameters<typeof PressDesk>[0], "isLeading" | "leader" | "handOver">>;

export async function startPages(given: Given = {}): Promise<PageServer> {
  const [pages, evidence, failures, views] = [
    [pageOf()],
    [] as ReportEvidence[],
    [] as unknown[],
    [] as PageView[],
  ];
  const failed = (error: unknown) => void failures.push(error);
  const index = new PageIndex({ fleets: () => ["family"], pagesOf: () => [...pages], failed });
  const desk = new PressDesk({
    pages: index,
    countriesOf: () => ["IR"],
    isLeading: () => true,
    leader: () => undefined,
    handOver: async () => undefined,
    take: (found) => void evidence.push(...found),
    now: () => noon,
    clock: () => performance.now(),
    ...given,
  });
  const server = await servePages({
    port: 0,
    host: "127.0.0.1",
    certificate: undefined,
    limits: generous,
    find: (path) => index.find(path),
    chooseLanguage: ({ asked, acceptLanguage }) =>
      asked === "fa" || acceptLanguage === "fa" ? "fa" : "en",
    render: (view) => {
      views.push(view);
      return drawn(view);
    },
    presses: desk,
    key: () => key,
    isCurrent: () => true,
    failed,
    ...given,
  });
  return { ...server, pages, index, desk, evidence, failures, views };
}

/** All that comes back for some bytes, until the other side hangs up, however it does. */
export async function exchange(port: number, bytes: string | Buffer): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(bytes);
  return received(socket);
}

/** The same over TLS, whatever certificate is shown. */
export async function exchangeTls(port: number, bytes: string): Promise<string> {
  const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
  socket.write(bytes);
  return received(socket);
}

async function received(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  return new Promise((resolve) => {
    socket.on("error", () => socket.destroy());
    socket.on("close", () => resolve(text));
  });
}

/** A request as a browser writes it, as far as it matters. */
export function request(method: string, url = `/${pagePath}`, headers: readonly string[] = []) {
  const body = method === "POST" ? ["content-length: 0"] : [];
  return [`${method} ${url} HTTP/1.1`, "host: x", ...headers, ...body, "", ""].join("\r\n");
}

/** The status of an answer. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}
