import { z } from "zod";
import { integer, line, list, port } from "./common.ts";
import { isAddress } from "./ip-schema.ts";
import { celText, matching, withRules, type ValidationRule } from "./validation-rule.ts";

const host =
  "([a-z0-9A-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?([.][a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?)*|\\[[0-9a-fA-F:.]{2,45}\\])";
const portNumber =
  "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
const serverPattern = new RegExp(`^${host}:${portNumber}$`);

/** A host of digits alone is an address, or a misspelt one (RFC 1123 §2.1). */
const onlyDigits = /^[0-9.]+:[0-9]+$/;

const listener = (
  defaultPort: number,
  what: string,
): z.ZodObject<{ port: z.ZodDefault<z.ZodInt> }> =>
  z.object({
    port: port()
      .default(defaultPort)
      .describe(`Port on which people reach ${what}, 1 to 65535. Default: ${defaultPort}.`),
  });

const decoy = z
  .enum(["Page", "None"])
  .default("Page")
  .describe(
    "What anyone gets who speaks HTTP inside the TLS layer, as scanners do: a small web Page, another one for each lane, or None, and WhatsApp's servers are left to answer. Phones don't notice either. Default: Page.",
  );

const serverNamePattern =
  /^([*][.])?[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?([.][a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)+$/;

const serverNames = list(
  withRules(
    line(253, 1),
    matching(
      serverNamePattern,
      "must be a DNS name in small letters, such as whatsapp.net, or *.whatsapp.net for all names under it",
    ),
  ),
  32,
  { type: "set" },
)
  .default([])
  .describe(
    "Names that a TLS hello on the media port must ask for, at most 32; *.whatsapp.net stands for all names under it. Hellos for other names, or without one, get the lane's own certificate and page. Not tried on real phones: a name that is missing cuts off what asks for it. None = all hellos go to the media servers (the default).",
  );

const portsDiffer: ValidationRule<{
  chat: { port: number };
  media: { port: number };
  plainChat?: { port: number };
}> = {
  cel: "self.chat.port != self.media.port && (!has(self.plainChat) || (self.plainChat.port != self.chat.port && self.plainChat.port != self.media.port))",
  holds: ({ chat, media, plainChat }) =>
    chat.port !== media.port && plainChat?.port !== chat.port && plainChat?.port !== media.port,
  message: "two listeners have the same port: give chat, media and plainChat ports of their own",
};

/** The ports on which a fleet's addresses answer. */
export const listeners = withRules(
  z.object({
    chat: listener(443, "chat")
      .extend({ decoy })
      .prefault({})
      .describe(
        "Chat with an outer TLS layer, which ends in the proxy; messages inside stay end-to-end encrypted.",
      ),
    media: listener(587, "media")
      .extend({ serverNames })
      .prefault({})
      .describe("Photos, videos and other files: bytes are passed through untouched."),
    plainChat: listener(5222, "chat without the outer TLS layer")
      .exactOptional()
      .describe("Chat without the outer TLS layer. Absent unless asked for."),
  }),
  portsDiffer,
);

/** Other ports of WhatsApp's own chat server. */
export const whatsAppFallback: readonly string[] = ["g.whatsapp.net:443", "g.whatsapp.net:80"];

const servers = (defaults: readonly string[], min = 1): z.ZodDefault<z.ZodArray<z.ZodString>> =>
  list(
    withRules(
      line(320),
      matching(
        serverPattern,
        'must be a host and a port, such as "g.whatsapp.net:5222" or "[2001:db8::1]:5222"',
      ),
      {
        cel: `!self.matches(${celText(onlyDigits.source)}) || isIP(self.split(':')[0])`,
        holds: (value) => !onlyDigits.test(value) || isAddress(value.split(":")[0] ?? ""),
        message: "has no address: write four numbers from 0 to 255, such as 203.0.113.9:5222",
      },
    ),
    8,
    { type: "atomic", min },
  ).default([...defaults]);

/** Where a fleet passes its traffic on to. */
export const upstream = z.object({
  chat: z
    .object({
      servers: servers(["g.whatsapp.net:5222", "g-fallback.whatsapp.net:5222"]).describe(
        "Chat servers as host:port, 1 to 8. Default: WhatsApp's own. Change it for tests and private relays only.",
      ),
      fallback: servers(whatsAppFallback, 0).describe(
        "Chat servers that are used only while none of servers answers, the first that does, 0 to 8. WhatsApp's own (the default) are used beside servers of WhatsApp's only, not beside a relay. Default: other ports of WhatsApp's server.",
      ),
      proxyProtocol: z
        .enum(["V2", "V1", "None"])
        .default("V2")
        .describe(
          "Header that carries the client's address to the chat server: V2, V1 or None. Default: V2.",
        ),
    })
    .prefault({})
    .describe("Servers behind the chat listeners."),
  media: z
    .object({
      servers: servers(["whatsapp.net:443"]).describe(
        "Media servers as host:port, 1 to 8. Default: WhatsApp's own.",
      ),
    })
    .prefault({})
    .describe("Servers behind the media listener."),
});

/** What one pod takes on. */
export const limits = z.object({
  maxConnections: integer(1, 1_000_000)
    .default(27_500)
    .describe(
      "Most connections that a pod keeps open at once. Each address has a share of them. The pods' memory follows from it unless resources is set; a smaller memory limit lowers it, and the condition LimitsApplied says so. Default: 27500.",
    ),
  connectionsPerClient: integer(0, 1_000_000)
    .default(0)
    .describe(
      "Most connections from one client to a pod at once; 0 = no limit. Applies where pods see clients: with externalTrafficPolicy Local, where those that still shake hands count too, or with a PROXY header from the pool's load balancer, where they count after the handshake. Counted in memory only, never logged. Default: 0.",
    ),
  connectionRatePerClient: integer(0, 1_000_000)
    .default(0)
    .describe(
      "Most new connections from one client to a pod in a minute; 0 = no limit. Applies where pods see clients, like connectionsPerClient. Counted in memory only, never logged. Default: 0.",
    ),
});

const token = "{token}";
/** A token has 26 letters and digits, and labels of a name have room for 63 (RFC 1035 §2.3.4). */
const anyToken = "t".repeat(26);
const hostnamePattern =
  /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?([.][a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)+$/;
/** A name that ends in a number is a misspelt address (RFC 1123 §2.1), and no link can carry it. */
const endsInNumber = /[.][0-9]+$/;

/** DNS names for a fleet's slots. */
export const dns = z.object({
  hostname: withRules(line(200), {
    cel: `self.split(${celText(token)}).size() == 2 && self.replace(${celText(token)}, ${celText(anyToken)}).matches(${celText(hostnamePattern.source)}) && !self.matches(${celText(endsInNumber.source)})`,
    holds: (value) =>
      value.split(token).length === 2 &&
      hostnamePattern.test(value.replace(token, anyToken)) &&
      !endsInNumber.test(value),
    message:
      "must be a DNS name that holds {token} once and does not end in a number, such as {token}.example.org; {token} takes 26 of the 63 characters between two dots",
  }).describe("Name of each slot. {token} becomes text that nobody can guess, one per slot."),
  ttl: integer(1, 86_400)
    .default(60)
    .describe(
      "Seconds that resolvers may keep an answer, 1 to 86400. Drains last at least as long. Default: 60.",
    ),
});

/** What share links carry, and whether there are pages. */
export const share = z.object({
  host: z
    .enum(["Address", "Hostname"])
    .default("Address")
    .describe("What links carry: the Address, or the Hostname (needs dns). Default: Address."),
  page: z
    .boolean()
    .default(true)
    .describe(
      "Whether each slot has a share page, at an address that nobody can guess. Default: true.",
    ),
});
