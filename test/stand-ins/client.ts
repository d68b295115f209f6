/**
 * The clients around a cluster, as a command. Results are lines of JSON on stdout; the exit code is 1 if a promise did not hold.
 *   chat HOST PORT [--plain]              one chat connection: the answer to hello, and the proxy's certificate
 *   media HOST PORT [--servername NAME]   one media connection: whose certificate is seen, and an echo
 *   hold HOST PORT [--plain] [--silent]   a chat connection that talks until somebody ends it
 *   load [--fingerprint SHA256] [--rate N]    steady new connections to the addresses that stdin names: lines of JSON,
 *                                         {"addresses":[{"host":"203.0.113.9","chat":443,"media":587}]}; ends with stdin
 *   crowd HOST PORT [--connections N] [--every MS] [--from IP,IP…]   many chat connections that talk now and then, until SIGTERM
 *   pester HOST PORT HOW [--connections N] [--from IP]   clients that say nothing or nonsense: silent, garbage, http, proxy-header, slow
 *   dark HOST PORT…                       whether every port stays silent for 3 s
 *   links [LINK]                          opens a share link as the app does (from stdin where it is not given)
 *   page LANGUAGE                         reads the share page whose address stdin gives, as a browser in this language does
 *   counters [PORT]                       what the WhatsApp that is played on this host has counted
 * --real: WhatsApp is not played; handshakes are looked at, and media must show a certificate that this machine trusts.
 * --timeout MS: longest wait for a connection (5000; dark: 3000). SIGTERM and SIGINT end a command in good order.
 */
import { parseArgs } from "node:util";
import { commands } from "./client/commands.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    plain: { type: "boolean", default: false },
    silent: { type: "boolean", default: false },
    real: { type: "boolean", default: false },
    servername: { type: "string", default: "whatsapp.net" },
    fingerprint: { type: "string" },
    rate: { type: "string", default: "20" },
    from: { type: "string", default: "" },
    connections: { type: "string", default: "1" },
    every: { type: "string", default: "5000" },
    timeout: { type: "string" },
  },
});

const [name = "", ...operands] = positionals;
const command = commands[name];
if (command === undefined) {
  console.error(
    `${name === "" ? "no command" : `"${name}" is no command`}: give one of ${Object.keys(commands).join(", ")}`,
  );
  process.exit(2);
}

process.stdout.on("error", () => process.exit(1)); // whoever read the results has gone
const stopping = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stopping.abort());
const timeoutMs = flags.timeout === undefined ? undefined : Number(flags.timeout);
const { plain, silent, real, servername, fingerprint } = flags;
const kept = await command(operands, {
  tls: !plain,
  silent,
  played: !real,
  servername,
  fingerprint,
  rate: Number(flags.rate),
  from: flags.from === "" ? [] : flags.from.split(","),
  connections: Number(flags.connections),
  every: Number(flags.every),
  timeoutMs,
  signal: stopping.signal,
});
process.exit(kept ? 0 : 1);
