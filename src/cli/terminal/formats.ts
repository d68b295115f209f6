import { dump } from "js-yaml";

/** What kubectl calls output formats for programs. */
export const formats = ["json", "yaml", "name"] as const;
export type Format = (typeof formats)[number];

/** Plain data as JSON or YAML. Undefined members are left out. */
export function formatted(data: object, format: "json" | "yaml"): string {
  const plain: unknown = JSON.parse(JSON.stringify(data));
  return format === "json" ? `${JSON.stringify(plain, undefined, 2)}\n` : dump(plain);
}

/** A fleet as kubectl names it with `-o name`. */
export function fleetNameLine(name: string): string {
  return `whatsappproxy.proxyfleet.dev/${name}\n`;
}
