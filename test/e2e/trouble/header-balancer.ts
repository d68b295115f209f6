/**
 * A load balancer that says in a PROXY header (version 2) whose connection it is, as AWS' does. As a command:
 *   header-balancer.ts OWN_ADDRESS TARGET PORT…   passes connections to these ports on to the same ports of the target
 * Prints `ready` once it listens. Runs until it is killed.
 */
import { once } from "node:events";
import { type Socket, connect, createServer } from "node:net";
import { pipeline } from "node:stream";

const [own = "", target = "", ...ports] = process.argv.slice(2);

const signature = Buffer.from("0d0a0d0a000d0a515549540a", "hex");

/** Command PROXY over TCP and IPv4, with 12 bytes of addresses and ports. */
const proxyOverTcp4 = Buffer.from([0x21, 0x11, 0, 12]);

function octets(address: string): Buffer {
  return Buffer.from(address.split(".").map(Number));
}

function headerOf(client: Socket, port: number): Buffer {
  const at = Buffer.alloc(4);
  at.writeUInt16BE(client.remotePort ?? 0, 0);
  at.writeUInt16BE(port, 2);
  const addresses = [octets(client.remoteAddress ?? "0.0.0.0"), octets(own)];
  return Buffer.concat([signature, proxyOverTcp4, ...addresses, at]);
}

function pass(client: Socket, port: number): void {
  const server = connect({ host: target, port, localAddress: own, noDelay: true });
  server.write(headerOf(client, port));
  const ended = (): void => {
    client.destroy();
    server.destroy();
  };
  pipeline(client, server, ended);
  pipeline(server, client, ended);
}

for (const port of ports.map(Number)) {
  const listener = createServer({ noDelay: true }, (client) => pass(client, port));
  await once(listener.listen(port, own), "listening");
}
process.stdout.write("ready\n");
