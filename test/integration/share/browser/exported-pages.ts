import { once } from "node:events";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { shareLink } from "../../../../src/share/link.ts";
import { pageMaker } from "../../../../src/share/page-maker.ts";
import { type PageFiles, indexFile, staticPage } from "../../../../src/share/static-page.ts";
import { instant } from "../../../../src/values/time.ts";
import { pathOf } from "../../../objects/share-secret.ts";
import type { PageStage } from "./stage.ts";

const since = instant(Date.UTC(2026, 10, 23, 14));

/** A page in files, whose address can be changed. */
export interface ExportedPages extends PageStage {
  readonly move: (host: string) => void;
  readonly close: () => Promise<void>;
}

/** An exported page on a plain web server, with the headers that docs/share-elsewhere.md asks for. */
export async function exportedPages(): Promise<ExportedPages> {
  let published = target("203.0.113.9");
  const files = () => staticPage({ published, countries: ["IR"] }, pageMaker);
  const server = serve(files);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const kept = `${origin}/${pathOf("a")}/`;
  return {
    origin,
    kept,
    url: (language, variant) => `${kept}${variant === "print" ? "print-" : ""}${language}.html`,
    link: async () => shareLink(published),
    move: (host) => (published = target(host)),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const target = (host: string) => ({ host, chatPort: 443, mediaPort: 587, chatTls: true, since });

function serve(files: () => PageFiles): Server {
  const server = createServer((request, response) => {
    const [, path, name = ""] = request.url?.split("/") ?? [];
    const text = path === pathOf("a") ? files().get(name === "" ? indexFile : name) : undefined;
    response.writeHead(text === undefined ? 404 : 200, {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    });
    response.end(text);
  });
  return server.listen(0, "127.0.0.1");
}
