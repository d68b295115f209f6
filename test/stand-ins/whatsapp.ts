/**
 * Plays WhatsApp: a chat server that tells which PROXY header it got, and a media server with a certificate of its own.
 *   node test/stand-ins/whatsapp.ts [--proxy-protocol V2|V1|None|any] [--host IP] [--chat-port N] [--media-port N] [--counters-port N]
 *                               [--fingerprint FILE]
 * Prints one line of JSON when ready. `http://127.0.0.1:9222/` counts what came. The fingerprint of the media certificate goes into
 * FILE, for clients to compare. Ends with SIGTERM or SIGINT.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { expectedHeaders } from "./whatsapp/chat-server.ts";
import { startWhatsApp } from "./whatsapp/start.ts";

const { values: flags } = parseArgs({
  options: {
    "proxy-protocol": { type: "string", default: "V2" },
    host: { type: "string", default: "0.0.0.0" },
    "chat-port": { type: "string", default: "5222" },
    "media-port": { type: "string", default: "443" },
    "counters-port": { type: "string", default: "9222" },
    fingerprint: { type: "string" },
  },
});

const proxyProtocol = expectedHeaders.find((header) => header === flags["proxy-protocol"]);
if (proxyProtocol === undefined)
  throw new Error(
    `--proxy-protocol ${flags["proxy-protocol"]}: give ${expectedHeaders.join(", ")}`,
  );

const whatsapp = await startWhatsApp({
  host: flags.host,
  chatPort: Number(flags["chat-port"]),
  mediaPort: Number(flags["media-port"]),
  countersPort: Number(flags["counters-port"]),
  proxyProtocol,
});
if (flags.fingerprint !== undefined)
  writeFileSync(flags.fingerprint, `${whatsapp.report.certificateSHA256}\n`);
const { chatPort, mediaPort, countersPort, report } = whatsapp;
console.log(
  JSON.stringify({
    event: "ready",
    chatPort,
    mediaPort,
    countersPort,
    proxyProtocol,
    certificateSHA256: report.certificateSHA256,
  }),
);
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => process.exit(0));
