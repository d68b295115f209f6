import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import { type ShareKey, nameToken, pageToken, shareKey } from "../../../src/share/tokens.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { admissionPolicy } from "../../objects/admission-policy.ts";
import { keySecret } from "../../objects/key-secret.ts";
import type { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { FakeCluster } from "../../stand-ins/cluster/fake-cluster.ts";
import { dataPlanePorts } from "../../stand-ins/cluster/fake-data-plane.ts";
import { dnsEndpointKind } from "../../stand-ins/external-dns/dns-endpoint-kind.ts";
import type { OperatorProcess } from "../../stand-ins/operator/operator-process.ts";
import { fleet, pool } from "../samples.ts";
import { conditionOf, fleetPath, read } from "./fleet-objects.ts";
import { apply, list } from "./operator.ts";

const key = shareKey(new Uint8Array(32).fill(9)) as ShareKey;
const slot = { namespace: "default", fleet: "family", slot: 0 };
const secrets = [nameToken(key, slot), pageToken(key, slot)];
const base64 = secrets.map((secret) => Buffer.from(secret).toString("base64"));

/** A policy that refuses a kind's objects, and says of each what is written in it. */
function quoting(name: string, { group, version, plural, isOurs, quote }: Quoted) {
  const rule = { apiGroups: [group], apiVersions: [version], resources: [plural] };
  return admissionPolicy(name, {
    matchConstraints: { resourceRules: [{ ...rule, operations: ["CREATE", "UPDATE"] }] },
    matchConditions: [{ name: "ours", expression: isOurs }],
    validations: [{ expression: "false", messageExpression: `'not allowed: ' + ${quote}` }],
  });
}

interface Quoted {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  /** Of which objects it is, in CEL. */
  readonly isOurs: string;
  /** What it quotes, in CEL. */
  readonly quote: string;
}

const policies = [
  ...quoting("names", {
    group: "externaldns.k8s.io",
    version: "v1alpha1",
    plural: "dnsendpoints",
    isOurs: "true",
    quote: "object.spec.endpoints[0].dnsName",
  }),
  ...quoting("links", {
    group: "",
    version: "v1",
    plural: "secrets",
    isOurs: "object.metadata.name == 'family-share'",
    quote: "string(object.data['slot-0.path'])",
  }),
];

let cluster: FakeCluster;
let server: ApiServer;
let operator: OperatorProcess;

before(async () => {
  cluster = await FakeCluster.start();
  ({ server } = cluster);
  await apply(server, keySecret(key), dnsEndpointKind, ...policies);
  operator = cluster.runOperator(["--log-level=trace"]);
});
after(async () => cluster.stop());

test("what a policy quotes of a name or a link is in no log, Event or status", async () => {
  const listeners = { chat: { port: dataPlanePorts.chat }, media: { port: dataPlanePorts.media } };
  const addresses = { count: 1, pools: [{ name: "metallb-a" }] };
  const dns = { hostname: "{token}.example.org", ttl: 60 };
  await apply(
    server,
    pool({ addresses: ["127.68.0.0/24"] }),
    fleet({ replicas: 1, listeners, addresses, dns }),
  );
  const says =
    /^False ServerRefuses: .*(?=.*Secret default\/family-share: )(?=.*DNSEndpoint default\/r-)/;
  await waitFor("the fleet to say that both are refused", async () =>
    says.test((await conditionOf(server, "family", "ChildrenApplied")) ?? ""),
  );
  const said = {
    log: operator.lines,
    events: await list(server, "/apis/events.k8s.io/v1/events"),
    fleet: (await read<WhatsAppProxy>(server, fleetPath("family")))?.status,
    ledger: await list(server, "/apis/proxyfleet.dev/v1alpha1/proxyaddresses"),
  };
  assert.match(JSON.stringify(said.log), /not repeated, since it may quote a secret/);
  for (const [where, text] of Object.entries(said))
    for (const secret of [...secrets, ...base64])
      assert.ok(!JSON.stringify(text).includes(secret), `${where} has ${secret}`);
});
