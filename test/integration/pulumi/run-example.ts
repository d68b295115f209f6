// Runs a Pulumi program as Pulumi would, but against an engine that is played, and prints what came into being as JSON.
//   node run-example.ts PROGRAM CONFIG
import { pathToFileURL } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { playEngine, valueOf, type Registered } from "../../stand-ins/pulumi-engine.ts";

/** What a cloud would answer. */
const clouds: Readonly<Record<string, (index: number) => Readonly<Record<string, unknown>>>> = {
  "aws:ec2/eip:Eip": (index) => ({
    allocationId: `eipalloc-0a1b2c3d4e5f6000${index}`,
    publicIp: `203.0.113.${index}`,
  }),
  "gcp:compute/address:Address": (index) => ({
    name: `proxyfleet-${index}-5f6a7b8`,
    address: `198.51.100.${index}`,
  }),
};

const [program = "", config = "{}"] = process.argv.slice(2);
const settings = Object.entries(JSON.parse(config) as Record<string, string>);
const made = ({ type, name }: Registered) => clouds[type]?.(Number(name.split("-").at(-1))) ?? {};

const registered = await playEngine(made);
pulumi.runtime.setAllConfig(
  Object.fromEntries(
    settings.map(([key, value]) => [key.includes(":") ? key : `project:${key}`, value]),
  ),
);
const { addresses } = (await import(pathToFileURL(program).href)) as {
  addresses: pulumi.Output<unknown>;
};
await valueOf(addresses);
const isSecret = await pulumi.isSecret(addresses);
await pulumi.runtime.disconnect();
process.stdout.write(JSON.stringify({ resources: registered, isSecret }));
