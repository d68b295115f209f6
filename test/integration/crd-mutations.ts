import * as fc from "fast-check";
import type { Manifest } from "./samples.ts";

/** Texts at the edge of what some field takes. */
const texts = [
  "x X - é a.b a/b a//b A_b.c-",
  "0 0s 5 1.5h -1h +1h 2d 100000h 1h1h1h1h1h 1.h .5h 1us 0.0s 0h0m 9999999m 10000000m",
  "10.0.0.1 010.0.0.1 10.0.0.256 10.0.0 10.0.0.0/33 10.0.0.0/08 10.0.0.0/ 10.0.0.0/8/8 0.0.0.0/11 0.0.0.0/12",
  "::ffff:10.0.0.1 ::ffff:0:0/96 ::10.0.0.1 fe80::1%eth0 1::2::3 1:2:3:4:5:6:7 1:2:3:4:5:6:7:: ::2:3:4:5:6:7:8 12345:: 2001:DB8::1 2001:db8:0:0::1",
  "::/107 ::/108 ::/129 1.2.3.4-1.2.3.3 1.2.3.4-1.2.3.4-1.2.3.5 0.0.0.0-0.15.255.255 0.0.0.0-0.16.0.0 ::2-::1 1.2.3.4-::1",
  "@daily Asia/ /x UTC+3 a:1 a:0 a:65535 a:65536 a:01 [::1]:80 [x]:80 a_b:80 :80",
  "{token} {token}.{token}.a x.example.org {Token}.a.b -{token}.a {token}..a",
  "2026-02-30T00:00:00Z 2026-11-23 2026-11-23T24:00:00Z 2026-11-23t00:00:00z 2026-11-23T00:00:00+24:00 2026-11-23T00:00:00Zx",
  "Off off V3 Serve Drain Quarantine Hostname AWS MetalLB Assigned IR IRN 128MB 1e3 -1 0.1Gi sha256:0",
]
  .flatMap((line) => line.split(" "))
  .concat("", " ", "\n", "0\n", "😀".repeat(20), "😀".repeat(63), "x".repeat(64), "x".repeat(300), "1h 30m", "1.2.3.4 - 1.2.3.5")
  .concat("0 2 * *", "0 2 * * * *", "0  2 * * *", "0 2 * * ?");

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
  readonly how: "likewise" | "replace" | "remove" | "repeat" | "add" | "many";
  readonly text: unknown;
  readonly number: unknown;
  readonly value: unknown;
  readonly key: string;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(10_000),
  how: fc.oneof(
    { weight: 6, arbitrary: fc.constant("likewise" as const) },
    { weight: 2, arbitrary: fc.constantFrom("replace" as const, "remove" as const, "repeat" as const, "add" as const, "many" as const) },
  ),
  text: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...texts) },
    { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 12 }) },
  ),
  number: fc.constantFrom(...numbers),
  value: junk,
  key: fc.constantFrom("unknown", ...keys),
});

/** The same objects with up to two members changed into something at the edge of what is allowed, or beyond. */
export function mutated(objects: fc.Arbitrary<Manifest>): fc.Arbitrary<Manifest> {
  return fc.tuple(objects, fc.array(mutation, { maxLength: 2 })).map(([object, mutations]) => mutations.reduce(change, object));
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
  return members.flatMap((key) => [{ parent: parent as Place["parent"], key }, ...placesIn((parent as Place["parent"])[key])]);
}

function changeAt({ parent, key }: Place, { how, text, number, value, key: added }: Mutation): void {
  const current = parent[key];
  switch (how) {
    case "likewise":
      parent[key] = typeof current === "string" ? text : typeof current === "number" ? number : value;
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
      if (typeof current === "object" && current !== null) (current as Place["parent"])[added] = "x";
      return;
    case "many":
      if (Array.isArray(current))
        parent[key] = Array.from({ length: 65 }, (_, index) => (typeof text === "string" ? `${text}${index}` : index));
      else if (typeof current === "object" && current !== null)
        for (let index = 0; index < 33; index += 1) (current as Place["parent"])[`k${index}`] = "x";
      return;
  }
}
