import type { Random } from "../../values/random.ts";
import { type BoxName, boxName } from "./host-name.ts";
import { between, pick } from "./pick.ts";
import { capital, words } from "./words.ts";

/** How a certificate looks, but for its key and its numbers. */
export interface CertificateShape {
  /** The subject's parts in their order, such as CN and its value. */
  readonly subject: readonly (readonly [part: string, value: string])[];
  /** DNS names and IP addresses of the subject alternative name; none: it has no such extension. */
  readonly names: readonly string[];
  readonly extensions: readonly ShapeExtension[];
  readonly lifeDays: number;
  /** For how many days it has been valid when it is made. */
  readonly ageDays: number;
  /** Bytes of its serial number; 0 is the number 1, as of the first certificate that a box makes. */
  readonly serialBytes: number;
}

/** An extension, in the order in which the certificate has them. */
export type ShapeExtension =
  | "names"
  | "authority"
  | "no authority"
  | "no authority, critical"
  | "key id"
  | "issuer's key id"
  | "signing"
  | "signing, critical"
  | "signing and encipherment"
  | "certificate signing"
  | "server"
  | "server and client";

/** What the certificates of one kind of box have in common. */
interface Family {
  readonly extensions: readonly ShapeExtension[];
  readonly lives: readonly [number, ...number[]];
  readonly serialBytes: readonly [number, ...number[]];
  readonly subject: (name: BoxName, random: Random) => CertificateShape["subject"];
}

/**
 * The look of a new certificate. It is of one of several families, such as ordinary boxes have that
 * sign their own: no extension, subject, life or number is common to all of them.
 */
export function certificateShape(random: Random): CertificateShape {
  const family = pick(random, families);
  const name = boxName(random);
  const lifeDays = pick(random, family.lives);
  return {
    subject: family.subject(name, random),
    names: [name.commonName, ...name.others],
    extensions: family.extensions,
    lifeDays,
    ageDays: random() * Math.min(mostAge.part * lifeDays, mostAge.days),
    serialBytes: pick(random, family.serialBytes),
  };
}

// Renewal begins after 60 % of a life, so a certificate must not be old when it is made.
const mostAge = { part: 0.15, days: 400 };

const [year, tenYears] = [365, 3650];
const countries = [
  "US",
  "DE",
  "GB",
  "NL",
  "FR",
  "CA",
  "AU",
  "SE",
  "CH",
  "SG",
  "JP",
  "IN",
  "BR",
  "PL",
  "ES",
  "IT",
  "FI",
  "XX",
] as const;
const units = [
  "IT",
  "Web",
  "Server",
  "Operations",
  "Network",
  "Infrastructure",
  "Office",
  "Home",
] as const;
const forms = [
  "",
  "",
  " Ltd",
  " GmbH",
  " Inc",
  " Group",
  " Systems",
  " Networks",
  " Media",
  " LLC",
] as const;

function organisation(random: Random): string {
  const [first, second] = [pick(random, words), pick(random, words)].map(capital);
  return `${first}${random() < 0.4 ? ` ${second}` : ""}${pick(random, forms)}`;
}

const nameOnly: Family["subject"] = ({ commonName }) => [["CN", commonName]];
const organised: Family["subject"] = ({ commonName }, random) => [
  ["O", organisation(random)],
  ["CN", commonName],
];
const inFull: Family["subject"] = ({ commonName }, random) => {
  const [state, place] = [capital(pick(random, words)), capital(pick(random, words))];
  const named = [
    ["C", pick(random, countries)],
    ["ST", state],
    ["L", place],
    ["O", organisation(random)],
  ] as const;
  const unit = random() < 0.5 ? [["OU", pick(random, units)] as const] : [];
  return [...named.slice(0, between(random, 1, named.length)), ...unit, ["CN", commonName]];
};
const unnamed: Family["subject"] = (_name, random) => [["O", organisation(random)]];

const families: readonly [Family, ...Family[]] = [
  // A general tool on a command line, asked for little, and asked for names too.
  {
    extensions: ["key id", "issuer's key id", "authority"],
    lives: [year, year, 2 * year, tenYears],
    serialBytes: [20],
    subject: inFull,
  },
  {
    extensions: ["key id", "issuer's key id", "authority", "names"],
    lives: [year, 825, tenYears],
    serialBytes: [20],
    subject: nameOnly,
  },
  // What distributions make for a fresh machine.
  {
    extensions: ["no authority", "names"],
    lives: [tenYears],
    serialBytes: [20],
    subject: nameOnly,
  },
  // A library's example that many programs are made from.
  {
    extensions: ["signing, critical", "server", "no authority, critical", "names"],
    lives: [year, year, tenYears],
    serialBytes: [16],
    subject: organised,
  },
  {
    extensions: ["signing and encipherment", "server", "no authority, critical", "names"],
    lives: [year, 397, 5 * year],
    serialBytes: [8, 16],
    subject: unnamed,
  },
  // Small boxes: little in it, and for long.
  { extensions: [], lives: [tenYears, 2 * tenYears], serialBytes: [0, 4, 8], subject: inFull },
  {
    extensions: ["no authority"],
    lives: [5 * year, tenYears, 2 * tenYears],
    serialBytes: [0, 8],
    subject: organised,
  },
  {
    extensions: ["authority", "certificate signing", "key id"],
    lives: [5 * year, tenYears],
    serialBytes: [8, 9],
    subject: inFull,
  },
  // Mail servers, panels and the like.
  {
    extensions: [
      "no authority",
      "key id",
      "signing and encipherment",
      "server and client",
      "names",
    ],
    lives: [year, 3 * year, 5 * year],
    serialBytes: [8, 20],
    subject: organised,
  },
  {
    extensions: ["names", "server", "signing"],
    lives: [year, 2 * year, 3 * year],
    serialBytes: [16, 19],
    subject: nameOnly,
  },
];
