import type { WhatsAppProxy, WhatsAppProxySpec } from "./fleet.ts";

/**
 * The server that tests ask for on a fleet's media port, as `host:port`: its first media server,
 * or where hellos for that one don't pass (`listeners.media.serverNames`), a name that does.
 */
export function testedMediaServer({
  upstream,
  listeners,
}: Pick<WhatsAppProxySpec, "upstream" | "listeners">): string {
  const server = upstream.media.servers[0] ?? "";
  const { serverNames } = listeners.media;
  const [first] = serverNames;
  if (first === undefined || serverNames.some((name) => passes(server.replace(/:\d+$/, ""), name)))
    return server;
  return `${first.replace("*", "media")}:443`;
}

/** What tests of a fleet's media port are to know; nothing is known of a fleet that can't be read. */
export function mediaTest(fleet: Pick<WhatsAppProxy, "spec"> | undefined): {
  readonly mediaServer: string | undefined;
  readonly hidesMedia?: true;
} {
  if (fleet === undefined) return { mediaServer: undefined };
  const hides = fleet.spec.listeners.media.serverNames.length > 0;
  return { mediaServer: testedMediaServer(fleet.spec), ...(hides ? { hidesMedia: true } : {}) };
}

/** Whether a name is one of a list's: the very name, or one under `*.`. */
function passes(host: string, name: string): boolean {
  return name.startsWith("*.") ? host.endsWith(name.slice(1)) : host === name;
}
