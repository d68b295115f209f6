import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createServer, isIPv4, type Server } from "node:net";

/** How a resolver behaves. */
export type NameServerMood =
  /** Gives what it has; over UDP cut off where `truncates`, so that it must be asked over TCP. */
  | { readonly kind: "answers"; readonly truncates?: boolean }
  /** An error in the header (RFC 1035 §4.1.1): 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED. */
  | { readonly kind: "fails"; readonly rcode: 2 | 3 | 5 }
  | { readonly kind: "silent" };

/** A question's name and type, and where it came from. */
interface Question {
  readonly host: string;
  readonly isA: boolean;
  readonly over: "udp" | "tcp";
}

/** A small resolver on a loopback port: it answers A and AAAA questions (RFC 1035 §4.1). */
export class NameServer {
  /** Addresses of hosts. */
  readonly records = new Map<string, readonly string[]>();
  readonly questions: Question[] = [];
  mood: NameServerMood = { kind: "answers" };
  readonly #udp: Socket = createSocket("udp4");
  readonly #tcp: Server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (data) => {
      const answer = this.#answer(Buffer.from(data).subarray(2), "tcp");
      if (answer === undefined) return;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(answer.length);
      socket.end(Buffer.concat([length, answer]));
    });
  });

  /** Starts it. @returns where it answers, as `address:port` */
  async start(): Promise<string> {
    this.#udp.on("message", (question, { port, address }) => {
      const answer = this.#answer(question, "udp");
      if (answer !== undefined) this.#udp.send(answer, port, address);
    });
    this.#tcp.listen(0, "127.0.0.1");
    await once(this.#tcp, "listening");
    const { port } = this.#tcp.address() as { port: number };
    this.#udp.bind(port, "127.0.0.1");
    await once(this.#udp, "listening");
    return `127.0.0.1:${port}`;
  }

  stop(): void {
    this.#udp.close();
    this.#tcp.close();
  }

  #answer(message: Buffer, over: Question["over"]): Buffer | undefined {
    const { mood } = this;
    const [end, host] = readName(message);
    const isA = message.readUInt16BE(end) === 1;
    this.questions.push({ host, isA, over });
    if (mood.kind === "silent") return undefined;
    const isCut = mood.kind === "answers" && mood.truncates === true && over === "udp";
    const all = mood.kind === "fails" || isCut ? [] : (this.records.get(host) ?? []);
    const data = all.filter((ip) => isIPv4(ip) === isA).map(bytesOf);
    const header = Buffer.alloc(12);
    header.writeUInt16BE(message.readUInt16BE(0), 0);
    const rcode = mood.kind === "fails" ? mood.rcode : 0;
    header.writeUInt16BE(0x81_80 | (isCut ? 0x02_00 : 0) | rcode, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(data.length, 6);
    const answers = data.map((rdata) =>
      Buffer.concat([
        Buffer.from([0xc0, 12, 0, isA ? 1 : 28, 0, 1, 0, 0, 0, 60, 0, rdata.length]),
        rdata,
      ]),
    );
    return Buffer.concat([header, message.subarray(12, end + 4), ...answers]);
  }
}

/** Where a question's name ends, and the name. */
function readName(message: Buffer): readonly [end: number, host: string] {
  const labels: string[] = [];
  let at = 12;
  for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
    labels.push(message.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return [at + 1, labels.join(".").toLowerCase()];
}

/** IPv6 addresses are written out in full, or with one gap. */
function bytesOf(ip: string): Buffer {
  if (isIPv4(ip)) return Buffer.from(ip.split(".").map(Number));
  const [head = "", tail = ""] = ip.split("::");
  const groups = (text: string) => text.split(":").filter((group) => group !== "");
  const zeros = Array.from({ length: 8 - groups(head).length - groups(tail).length }, () => "0");
  const all = [...groups(head), ...zeros, ...groups(tail)];
  return Buffer.from(all.map((group) => group.padStart(4, "0")).join(""), "hex");
}
