import { execFile } from "node:child_process";
import { X509Certificate, createHash } from "node:crypto";
import { promisify } from "node:util";
import { ask, type Answer, askInside, handshake, patience } from "./ask.ts";
import { clientHello, type HelloShape } from "./client-hello.ts";
import { firstRecord } from "./server-answer.ts";

/** What was seen of a server, by what was asked. */
export type Features = Readonly<Record<string, string>>;

export type Question = (port: number) => Promise<Features>;

const [modern, older, cbc, rsa] = [
  [0x1301, 0x1302, 0x1303],
  [0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8],
  [0xc023, 0xc009, 0xc00a, 0xc027, 0xc013, 0xc014],
  [0x009c, 0x009d, 0x002f, 0x0035],
] as const;
const all = [...modern, ...older, ...cbc, ...rsa];
const serverName = "any.example";

/** Hellos of many shapes, as fingerprints of servers are made with. */
const hellos: Readonly<Record<string, HelloShape>> = {
  "a browser's hello": {
    version: 0x0303,
    ciphers: all,
    serverName,
    protocols: ["h2", "http/1.1"],
    tls13: "X25519",
  },
  "a hello without a name": { version: 0x0303, ciphers: all, tls13: "X25519" },
  "a hello without a key share": { version: 0x0303, ciphers: all, serverName, tls13: "no share" },
  "a hello with an unknown protocol": {
    version: 0x0303,
    ciphers: all,
    serverName,
    protocols: ["smtp"],
    tls13: "X25519",
  },
  "a hello of 1.3, turned": {
    version: 0x0303,
    ciphers: all.toReversed(),
    serverName,
    tls13: "X25519",
  },
  "a hello of 1.2": {
    version: 0x0303,
    ciphers: [...older, ...cbc, ...rsa],
    serverName,
    protocols: ["h2", "http/1.1"],
  },
  "a hello of 1.2, turned": {
    version: 0x0303,
    ciphers: [...rsa, ...cbc, ...older].toReversed(),
    serverName,
  },
  "a hello of 1.2 with CBC alone": { version: 0x0303, ciphers: cbc, serverName },
  "a hello of 1.2 with RSA alone": { version: 0x0303, ciphers: rsa, serverName },
  "a hello with an odd group alone": {
    version: 0x0303,
    ciphers: all,
    serverName,
    tls13: "no share",
    groups: [0x0019],
  },
  "a hello of 1.1": { version: 0x0302, ciphers: [...cbc, ...rsa], serverName },
  "a hello of 1.0": { version: 0x0301, ciphers: [...cbc, ...rsa], serverName },
};

const http = (line: string, host = "Host: any.example\r\n"): string =>
  `${line}\r\n${host}Connection: close\r\n\r\n`;

/** What is said inside TLS, or to a port without it. */
const texts: Readonly<Record<string, readonly (string | Buffer)[]>> = {
  "GET /": [http("GET / HTTP/1.1")],
  "GET /, split after a byte": ["G", http("ET / HTTP/1.1")],
  "GET of no page": [http("GET /4d1f2 HTTP/1.1")],
  "HEAD /": [http("HEAD / HTTP/1.1")],
  "OPTIONS *": [http("OPTIONS * HTTP/1.1")],
  "GET / of HTTP/1.0": [http("GET / HTTP/1.0", "")],
  "GET / without a host": [http("GET / HTTP/1.1", "")],
  "HTTP/2": ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  SSH: ["SSH-2.0-OpenSSH_9.9\r\n"],
  SMTP: ["EHLO any.example\r\n"],
  zeros: [Buffer.alloc(64)],
  "high bytes": [Buffer.alloc(64, 0xf1)],
  "a hello": [clientHello({ version: 0x0303, ciphers: all, serverName, tls13: "X25519" })],
  "GET / to go on": [http("GET / HTTP/1.1").replace("close", "keep-alive")],
};

/** What leaves a server waiting, inside TLS or without it. */
const halves: Readonly<Record<string, readonly (string | Buffer)[]>> = {
  "half a request": ["GET / HT"],
  "one byte": ["G"],
  nothing: [],
};

/** Questions that are answered at once. */
export const quickQuestions: readonly Question[] = [
  ...Object.entries(hellos).map(([name, shape]): Question => async (port) => ({
    [name]: firstRecord(await ask(port, [clientHello(shape)])),
  })),
  ...asked(texts, patience.quick),
  certificate,
  tickets,
];

/** Questions by which a server's patience is seen. */
export const slowQuestions: readonly Question[] = [
  async (port) => {
    const half = clientHello({ version: 0x0303, ciphers: all }).subarray(0, 40);
    return ending("half a hello", await ask(port, [half], patience.slow));
  },
  ...asked(halves, patience.slow),
];

function asked(what: typeof texts, seconds: number): readonly Question[] {
  return Object.entries(what).flatMap(([name, pieces]): readonly Question[] => [
    async (port) => ending(`without TLS, ${name}`, await ask(port, pieces, seconds)),
    async (port) => spoken(`inside TLS, ${name}`, await askInside(port, pieces, seconds)),
  ]);
}

/** All that a port shows to some questions. What can't be asked is a feature, too. */
export async function featuresOf(port: number, questions: readonly Question[]): Promise<Features> {
  const seen = await Promise.all(
    questions.map(async (question, index) => {
      try {
        return await question(port);
      } catch (error) {
        return { [`question ${index}`]: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
  return Object.assign({}, ...seen) as Features;
}

function ending(what: string, { bytes, end, seconds }: Answer): Features {
  const said = bytes.length === 0 ? "nothing" : firstRecord({ bytes, end, seconds });
  return { [what]: said, [`${what}: end`]: endOf({ end, seconds }) };
}

/** A second or two are the network's, or this machine's. */
function endOf({ end, seconds }: Pick<Answer, "end" | "seconds">): string {
  if (end === "open") return "none";
  return seconds <= 2 ? `${end} at once` : `${end} after ${seconds} s`;
}

/** An answer of HTTP in its parts; what changes with the clock is left out. */
function spoken(what: string, { bytes, end, seconds }: Answer): Features {
  const [head = "", ...rest] = bytes.toString("latin1").split("\r\n\r\n");
  const [status = "", ...fields] = head.split("\r\n");
  const names = fields.map((field) => field.slice(0, field.indexOf(":")));
  const isHttp = status.startsWith("HTTP/");
  const body = rest.join("\r\n\r\n");
  return {
    [`${what}: status`]: isHttp ? status : JSON.stringify(bytes.toString("latin1", 0, 24)),
    ...(isHttp ? { [`${what}: fields`]: names.join(" "), [`${what}: body`]: digest(body) } : {}),
    [`${what}: end`]: endOf({ end, seconds }),
  };
}

function digest(text: string): string {
  return text === "" ? "none" : createHash("sha256").update(text).digest("hex").slice(0, 12);
}

async function certificate(port: number): Promise<Features> {
  const shown = await Promise.all(
    ["any.example", "another.example", undefined].map(async (name) => {
      const socket = await handshake(port, name === undefined ? {} : { servername: name });
      const { raw } = socket.getPeerCertificate();
      socket.destroy();
      return raw;
    }),
  );
  const [raw = Buffer.alloc(0)] = shown;
  const read = new X509Certificate(raw);
  const { asymmetricKeyType, asymmetricKeyDetails } = read.publicKey;
  const life = read.validToDate.getTime() - read.validFromDate.getTime();
  const subject = read.subject.split("\n");
  const named = [
    asymmetricKeyType,
    asymmetricKeyDetails?.namedCurve,
    asymmetricKeyDetails?.modulusLength,
  ];
  return {
    "certificate: key": named.filter((part) => part !== undefined).join(" "),
    "certificate: signed by itself": String(read.verify(read.publicKey)),
    "certificate: one for any name": String(shown.every((other) => other.equals(raw))),
    "certificate: subject": read.subject,
    "certificate: parts of the subject": subject.map((part) => part.split("=")[0]).join(" "),
    "certificate: other names": String(
      (read.subjectAltName ?? "").split(", ").filter((name) => name !== "").length,
    ),
    "certificate: extensions": extensionsOf(raw),
    "certificate: life in days": String(Math.round(life / 86_400_000)),
    "certificate: bytes of the number": String(read.serialNumber.length / 2),
  };
}

/** Extensions of RFC 5280 that a certificate has, by their object identifiers 2.5.29.n. */
function extensionsOf(raw: Buffer): string {
  const known = {
    14: "key id",
    15: "usage",
    17: "names",
    19: "constraints",
    35: "issuer's key id",
    37: "purpose",
  };
  const found = Object.entries(known).filter(([number]) =>
    raw.includes(Buffer.from([6, 3, 0x55, 0x1d, Number(number)])),
  );
  return found.map(([, name]) => name).join(", ") || "none";
}

/** How many tickets a server gives, and for how long, as OpenSSL's client shows them. */
async function tickets(port: number): Promise<Features> {
  const seen = async (version: string) => {
    const { stdout } = await promisify(execFile)("sh", [
      "-c",
      `sleep 1 | openssl s_client -connect 127.0.0.1:${port} -${version} 2>/dev/null || true`,
    ]);
    return [...stdout.matchAll(/ticket lifetime hint: (\d+)/g)].map(([, hint]) => hint);
  };
  const [newer, older] = await Promise.all([seen("tls1_3"), seen("tls1_2")]);
  return {
    "tickets: their number in TLS 1.3": String(newer.length),
    "tickets: their life in TLS 1.3": newer[0] ?? "none",
    "tickets: their life in TLS 1.2": older[0] ?? "none",
  };
}
