import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { balancerOf } from "../../../src/address/io/observe.ts";
import { noon } from "../rotation/build.ts";
import type { Service } from "../../../src/kubernetes/objects.ts";
import { serviceObject } from "../../objects/service.ts";
import { dnsResolver } from "../../../src/address/io/resolve.ts";

const service = (...ingress: readonly { ip?: string; hostname?: string }[]): Service =>
  serviceObject({ status: { loadBalancer: { ingress: [...ingress] } } });

/** Answers A and AAAA questions (RFC 1035 §4.1) with what `records` holds. */
class NameServer {
  readonly records: { A: string[]; AAAA: string[] } = { A: [], AAAA: [] };
  readonly #socket: Socket = createSocket("udp4");

  async start(): Promise<string> {
    this.#socket.on("message", (question, { port, address }) =>
      this.#socket.send(this.#answer(question), port, address),
    );
    this.#socket.bind(0, "127.0.0.1");
    await once(this.#socket, "listening");
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  stop(): void {
    this.#socket.close();
  }

  #answer(question: Buffer): Buffer {
    const end = question.indexOf(0, 12) + 5;
    const isA = question.readUInt16BE(end - 4) === 1;
    const data = isA
      ? this.records.A.map((ip) => Buffer.from(ip.split(".").map(Number)))
      : this.records.AAAA.map(ipv6Bytes);
    const header = Buffer.from(question.subarray(0, 12));
    header.writeUInt16BE(0x81_80, 2);
    header.writeUInt16BE(data.length, 6);
    header.writeUInt32BE(0, 8);
    const answers = data.map((rdata) =>
      Buffer.concat([
        Buffer.from([0xc0, 12, 0, isA ? 1 : 28, 0, 1, 0, 0, 0, 60, 0, rdata.length]),
        rdata,
      ]),
    );
    return Buffer.concat([header, question.subarray(12, end), ...answers]);
  }
}

/** Of an address that is written out in full. */
function ipv6Bytes(ip: string): Buffer {
  return Buffer.from(ip.replaceAll(":", ""), "hex");
}

describe("what a Service has of its load balancer", () => {
  const names = new NameServer();
  let resolve: ReturnType<typeof dnsResolver>;
  before(async () => (resolve = dnsResolver([await names.start()])));
  after(() => names.stop());

  const cases: Record<
    string,
    { given: Service; records?: Partial<NameServer["records"]>; expect: object }
  > = {
    "nothing yet": { given: service(), expect: { given: [], hostname: undefined } },
    "an address": {
      given: service({ ip: "203.0.113.9" }),
      expect: { given: ["203.0.113.9"], hostname: undefined },
    },
    "an IPv6 address, in its usual text": {
      given: service({ ip: "2001:DB8:0:0::9" }),
      expect: { given: ["2001:db8::9"], hostname: undefined },
    },
    "a name that leads to addresses of both families": {
      given: service({ hostname: "lb.example.org" }),
      records: { A: ["203.0.113.9"], AAAA: ["2001:0db8:0000:0000:0000:0000:0000:0009"] },
      expect: { given: ["203.0.113.9", "2001:db8::9"], hostname: "lb.example.org" },
    },
    "a name that leads elsewhere later": {
      given: service({ hostname: "lb.example.org" }),
      records: { A: ["203.0.113.10"] },
      expect: { given: ["203.0.113.10"], hostname: "lb.example.org" },
    },
    "a name that leads nowhere": {
      given: service({ hostname: "lb.example.org" }),
      expect: { given: [], hostname: "lb.example.org" },
    },
    "an address and a name: the address counts": {
      given: service({ ip: "203.0.113.9", hostname: "lb.example.org" }),
      expect: { given: ["203.0.113.9"], hostname: undefined },
    },
  };
  for (const [name, { given, records, expect }] of Object.entries(cases))
    test(name, async () => {
      Object.assign(names.records, { A: [], AAAA: [], ...records });
      const hostname = given.status?.loadBalancer?.ingress?.[0]?.hostname;
      const addresses = hostname === undefined ? [] : await resolve(hostname);
      const resolutions = { answer: () => ({ addresses, at: noon }) };
      assert.deepEqual(balancerOf(given, { resolutions }).balancer, expect);
    });
});
