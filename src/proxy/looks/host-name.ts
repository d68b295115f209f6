import type { Random } from "../../values/random.ts";
import { between, letters, pick } from "./pick.ts";
import { words } from "./words.ts";

/** What a box calls itself, as its certificate shows it. */
export interface BoxName {
  readonly commonName: string;
  /** Other names that it answers to: DNS names and addresses. */
  readonly others: readonly string[];
}

const digits = "0123456789";
const hexadecimal = "0123456789abcdef";

/**
 * A name that looks like any small site's or box's. A fixed subject was once enough for a censor to
 * find every official proxy (WhatsApp/proxy#85), so there are several makers with a large list of
 * words, and no pattern finds all. Nothing of a name follows from another one.
 */
export function boxName(random: Random): BoxName {
  return pick(random, makers)(random);
}

type Maker = (random: Random) => BoxName;

const word = (random: Random): string => pick(random, words);
const named = (commonName: string, ...others: readonly string[]): BoxName => ({
  commonName,
  others,
});

const endings = [
  "com",
  "net",
  "org",
  "info",
  "io",
  "co",
  "eu",
  "dev",
  "me",
  "biz",
  "online",
] as const;
const joints = ["", "", "-"] as const;
const services = [
  "mail",
  "app",
  "cloud",
  "portal",
  "files",
  "media",
  "shop",
  "www",
  "login",
  "sync",
  "remote",
  "vpn",
  "git",
  "wiki",
  "webmail",
  "intranet",
] as const;
const boxes = [
  "nas",
  "srv",
  "server",
  "router",
  "gateway",
  "gw",
  "box",
  "backup",
  "storage",
  "camera",
  "dvr",
  "printer",
  "ap",
  "switch",
  "host",
  "node",
  "web",
  "pbx",
  "media",
] as const;
const zones = [
  "local",
  "lan",
  "home",
  "internal",
  "localdomain",
  "home.arpa",
  "intra",
  "corp",
] as const;

function site(random: Random): string {
  const parts = [word(random), word(random)].slice(0, between(random, 1, 2));
  const number = random() < 0.2 ? String(between(random, 1, 365)) : "";
  return `${parts.join(pick(random, joints))}${number}.${pick(random, endings)}`;
}

function privateAddress(random: Random): string {
  const [any, low] = [between(random, 1, 254), between(random, 0, 31)];
  return pick(random, [
    `192.168.${low}.${pick(random, [1, 2, 10, 100, 200, 254, any])}`,
    `10.${any}.${low}.${between(random, 1, 254)}`,
    `172.${between(random, 16, 31)}.${low}.${any}`,
  ]);
}

const makers: readonly [Maker, ...Maker[]] = [
  (random) => {
    const host = site(random);
    return pick(random, [named(host, `www.${host}`), named(host), named(`*.${host}`, host)]);
  },
  (random) => named(`${pick(random, services)}.${site(random)}`),
  (random) => named(`${word(random)}.${site(random)}`),
  (random) =>
    named(
      `${pick(random, boxes)}${pick(random, ["", "-"])}${letters(random, digits, between(random, 1, 4))}.${site(random)}`,
    ),
  (random) => {
    const host = `${word(random)}${pick(random, ["", "-nas", "-srv", "-pc", `${between(random, 1, 9)}`])}`;
    return named(host, `${host}.${pick(random, zones)}`);
  },
  (random) => {
    const host = `${pick(random, boxes)}-${letters(random, hexadecimal, pick(random, [4, 6, 6, 12]))}`;
    return named(random() < 0.3 ? host.toUpperCase() : host, `${host}.${pick(random, zones)}`);
  },
  (random) => named(`${pick(random, boxes)}.${word(random)}.${pick(random, zones)}`),
  (random) => {
    const address = privateAddress(random);
    return named(address, `${pick(random, boxes)}.${pick(random, zones)}`);
  },
  (random) =>
    pick(random, [named("localhost", "127.0.0.1"), named("localhost.localdomain", "localhost")]),
  (random) =>
    named(
      `${pick(random, ["vps", "vm", "ip", "host", "s", "node"])}${letters(random, digits, between(random, 3, 7))}`,
    ),
  (random) => named(letters(random, hexadecimal, pick(random, [8, 12, 16, 32]))),
];
