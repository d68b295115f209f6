import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { waitFor } from "../../tooling/wait-for.ts";
import { namespaceObject } from "../objects/namespace.ts";
import { ApiServer } from "../stand-ins/api-server/api-server.ts";
import { installCrds } from "../stand-ins/api-server/crds.ts";
import { Administrator, commandsUnder } from "./chart/administrator.ts";
import { fleet } from "./samples.ts";

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await installCrds(server);
  await server.call("POST", "/api/v1/namespaces", namespaceObject("alpha"));
});
after(async () => server?.stop());

const quotaPath = "/api/v1/namespaces/alpha/resourcequotas/proxyfleet";
const fleetsPath = "/apis/proxyfleet.dev/v1alpha1/namespaces/alpha/whatsappproxies";

async function create(name: string): Promise<number> {
  const { metadata, ...sample } = fleet({}, name);
  const given = { ...sample, metadata: { ...metadata, namespace: "alpha" } };
  return (await server.call("POST", fleetsPath, given)).code;
}

test("the quota of the page on threats keeps a team from making fleets without end", async () => {
  const [command = ""] = commandsUnder(
    "Somebody with all rights in one namespace",
    "docs/threat-model.md",
  );
  await new Administrator(server).type(command);
  const { body } = await server.call("GET", quotaPath);
  const { hard } = body["spec"] as { hard: Record<string, string> };
  // As the controller manager does, which no part of this is.
  const used = Object.fromEntries(Object.keys(hard).map((key) => [key, "0"]));
  await server.call("PUT", `${quotaPath}/status`, { ...body, status: { hard, used } });
  let fleets = 0;
  await waitFor(
    "the next fleet to be refused",
    async () => (await create(`fleet-${fleets++}`)) === 403,
  );
  const { body: full } = await server.call("GET", quotaPath);
  const counted = full["status"] as { used: Record<string, string> };
  const kind = "count/whatsappproxies.proxyfleet.dev";
  assert.ok(Number(hard[kind]) > 0);
  assert.equal(counted.used[kind], hard[kind]);
});
