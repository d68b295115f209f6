import * as fc from "fast-check";
import type { Manifest } from "./samples.ts";

/** Texts at the edge of what some field takes, by the look of a text that they may stand in for. */
const kinds: readonly { readonly like: RegExp; readonly texts: readonly string[] }[] = [
  {
    like: /^[0-9.]+[hms]/,
    texts: words(
      "0 0s 5 1.5h -1h +1h 2d 100000h 1h1h1h1h 1h1h1h1h1h 1.h .5h 1us 0.0s 0h0m 9999999m 10000000m 9999999999s",
    ),
  },
  {
    like: /^[0-9.]+$/,
    texts: words(
      "10.0.0.1 010.0.0.1 10.0.0.256 10.0.0 ::ffff:10.0.0.1 ::10.0.0.1 fe80::1%eth0 1e3 -1 128MB 0.1Gi",
    ),
  },
  {
    like: /^[0-9.]+[/-]/,
    texts: words(
      "10.0.0.0/33 10.0.0.0/08 10.0.0.0/ 10.0.0.0/8/8 0.0.0.0/11 0.0.0.0/12 1.2.3.4-1.2.3.3 1.2.3.4-1.2.3.4-1.2.3.5",
    ),
  },
  {
    like: /^[0-9.]+[/-]/,
    texts: words(
      "0.0.0.0-0.15.255.255 0.0.0.0-0.16.0.0 0.0.0.0-0.16.0.1 1.2.3.4-::1 1.2.3.4-1.2.3.x",
    ),
  },
  {
    like: /^[0-9a-f:]+:/,
    texts: words(
      "1::2::3 1:2:3:4:5:6:7 1:2:3:4:5:6:7:: ::2:3:4:5:6:7:8 12345:: 2001:DB8::1 2001:db8:0:0::1 ::ffff:a00:1 1:0:0:2:0:0:0:3",
    ),
  },
  {
    like: /^[0-9a-f:]+:/,
    texts: words("::/107 ::/108 ::/129 ::ffff:0:0/112 ::2-::1 ::1-::2 ::1-fe80::1%eth0"),
  },
  {
    like: /^[A-Z]/,
    texts: words(
      "None none Off off V3 Serve Drain Quarantine Hostname AWS MetalLB Assigned IR IRN Asia/ /x UTC+3",
    ),
  },
  {
    like: /:[0-9]+$/,
    texts: words("a:1 a:0 a:65535 a:65536 a:01 [::1]:80 [x]:80 a_b:80 :80 a. a.:1 A.b:2"),
  },
  {
    like: /^https:/,
    texts: words(
      "https://localhost/ https://a.svc/x https://a.localhost https://10.0.0.1/ https://10.0.0.1.a https://010.0.0.1/ https://172.16.0.1 https://172.32.0.1 https://a:65536/ https://a:0/",
    ),
  },
  {
    like: /^https:/,
    texts: words(
      "http://a.b/ https://A.b/ https://u@a.b/ https://a.b/#x https://2130706433/ https://0x7f.1/ https://[::1]/ https://a.b?x https://a..b/ https://-a.b/ https://a.1/ https://100.64.0.1:443/ https:///a https://a.b/'",
    ),
  },
  {
    like: /token/,
    texts: words(
      "{token} {token}.{token}.a x.example.org {Token}.a.b -{token}.a {token}..a {token}-.a",
    ),
  },
  {
    like: /^20..-/,
    texts: words(
      "2026-02-30T00:00:00Z 2026-11-23 2026-11-23T24:00:00Z 2026-11-23t00:00:00z 2026-11-23T00:00:00+24:00 2026-11-23T00:00:00Zx",
    ),
  },
  {
    like: / /,
    texts: ["0 2 * *", "0 2 * * * *", "0  2 * * *", "0 2 * * ?", "@daily", "0 2 * *\n*"],
  },
  {
    like: /^[a-z0-9-]*$/,
    texts: [
      ...words("x X - é a.b a/b a//b A_b.c- -a a- sha256:0"),
      "x".repeat(64),
      "x".repeat(300),
    ],
  },
  {
    like: /./,
    texts: ["", " ", "\n", "0\n", "😀".repeat(20), "😀".repeat(63), "1h 30m", "1.2.3.4 - 1.2.3.5"],
  },
];
const texts = kinds.flatMap((kind) => kind.texts);

function words(text: string): readonly string[] {
  return text.split(" ");
}

/** A text that looks like the given one, mostly. */
function kinOf(text: string, pick: number): string {
  const kin = kinds.filter(({ like }) => like.test(text)).flatMap((kind) => kind.texts);
  const from = pick % 5 === 0 ? texts : kin;
  return from[pick % Math.max(from.length, 1)] ?? "";
}

const numbers = [
  0,
  1,
  -1,
  2,
  7,
  8,
  15,
  16,
  32,
  33,
  63,
  64,
  65,
  100,
  101,
  128,
  129,
  255,
  256,
  1000,
  1001,
  65_535,
  65_536,
  86_401,
  1_000_001,
  2 ** 20 + 1,
  2 ** 31,
  1e15,
  1.5,
];
const keys = [
  "app.kubernetes.io/name",
  "proxyfleet.dev/x",
  "a.proxyfleet.dev/x",
  "xproxyfleet.dev/x",
  "a/b/c",
  "/a",
  "a/",
  "-a",
  "k".repeat(64),
  "é",
  "",
];
const others = [true, false, null, {}, [], [null], ["a", "a"], { a: null }, { a: 1 }, [1], [{}]];

const junk = fc.oneof(
  fc.constantFrom<unknown>(...texts),
  fc.constantFrom<unknown>(...numbers),
  fc.constantFrom<unknown>(...others),
  fc.string({ maxLength: 12 }),
);

/** One change: where (two numbers choose a path), and how. */
interface Mutation {
  readonly at: number;
  readonly how: "kin" | "likewise" | "replace" | "remove" | "repeat" | "add" | "many";
  readonly pick: number;
  readonly text: string;
  readonly number: unknown;
  readonly value: unknown;
  readonly key: string;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(10_000),
  how: fc.oneof(
    { weight: 6, arbitrary: fc.constant("kin" as const) },
    { weight: 2, arbitrary: fc.constant("add" as const) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        "likewise" as const,
        "replace" as const,
        "remove" as const,
        "repeat" as const,
        "many" as const,
      ),
    },
  ),
  pick: fc.nat(10_000),
  text: fc.string({ unit: "grapheme", maxLength: 12 }),
  number: fc.constantFrom(...numbers),
  value: junk,
  key: fc.constantFrom("unknown", ...keys),
});

/**
 * The same objects with up to two members changed into something at the edge of what is allowed, or
 * beyond.
 */
export function mutated(objects: fc.Arbitrary<Manifest>): fc.Arbitrary<Manifest> {
  return fc
    .tuple(objects, fc.array(mutation, { maxLength: 2 }))
    .map(([object, mutations]) => mutations.reduce(change, object));
}

function change(object: Manifest, mutation: Mutation): Manifest {
  const copy = structuredClone(object);
  const places = placesIn(copy.spec);
  const place = places[mutation.at % places.length];
  if (place !== undefined) changeAt(place, mutation);
  return copy;
}

interface Place {
  readonly parent: Record<string | number, unknown>;
  readonly key: string | number;
}

function placesIn(parent: unknown): Place[] {
  if (typeof parent !== "object" || parent === null) return [];
  const members = Array.isArray(parent) ? [...parent.keys()] : Object.keys(parent);
  return members.flatMap((key) => [
    { parent: parent as Place["parent"], key },
    ...placesIn((parent as Place["parent"])[key]),
  ]);
}

function changeAt(place: Place, { how, pick, text, number, value, key: added }: Mutation): void {
  const { parent, key } = place;
  const current = parent[key];
  switch (how) {
    case "kin":
      if (typeof current === "string") parent[key] = kinOf(current, pick);
      else if (typeof current === "number") parent[key] = number;
      return;
    case "likewise":
      if (typeof current === "string") parent[key] = text;
      else parent[key] = typeof current === "number" ? number : value;
      return;
    case "replace":
      parent[key] = value;
      return;
    case "remove":
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else delete parent[key];
      return;
    case "repeat":
      if (Array.isArray(parent)) parent.push(structuredClone(current));
      return;
    case "add":
      if (!Array.isArray(parent)) parent[added] = typeof current === "string" ? current : "x";
      return;
    case "many":
      fill(place);
  }
}

/** Gives a list or a map more members than any of ours may have. */
function fill({ parent, key }: Place): void {
  const current = parent[key];
  if (typeof current !== "object" || current === null) return;
  for (let index = 0; index < 300; index += 1) {
    if (Array.isArray(current))
      current.push(
        typeof current[0] === "string" ? `${current[0]}${index}` : structuredClone(current[0]),
      );
    else (current as Place["parent"])[`k${index}`] = "x";
  }
}
