import { createConnection } from "node:net";
import { text } from "node:stream/consumers";
import { runDirectory } from "../../../src/proxy/haproxy/run-directory.ts";
import type { Pod } from "../../../src/kubernetes/objects.ts";
import { folderOf } from "./processes.ts";

/** What the supervisor gives a server that has no address. */
const resting = "240.0.0.1";

/**
 * The addresses at which a pod's HAProxy looks for an upstream's servers now; of a name without an
 * address, none.
 */
export async function serverAddresses(
  pod: Pod,
  upstream: "chat" | "media",
): Promise<readonly string[]> {
  const socket = createConnection(`${await folderOf(pod, runDirectory)}/admin.sock`);
  socket.end(`show servers state upstream-${upstream}\n`);
  const rows = (await text(socket)).split("\n").filter((line) => /^\d+ upstream-/.test(line));
  const addresses = rows.map((row) => row.split(" ")[4] ?? "-");
  return addresses.filter((address) => address !== resting);
}
