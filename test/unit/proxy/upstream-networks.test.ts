import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { closedNetworks, hostOfServer, whyClosed } from "../../../src/proxy/upstream-networks.ts";
import { parseRange } from "../../../src/values/ip.ts";

describe("an address that pods lead nobody to", () => {
  const closed: Record<string, string> = {
    "a cloud's metadata service": "169.254.169.254",
    "the same in IPv6 notation": "::ffff:169.254.169.254",
    "the same through a translation": "64:ff9b::a9fe:a9fe",
    "AWS's metadata service over IPv6": "fd00:ec2::254",
    "Azure's own service": "168.63.129.16",
    "Oracle's metadata service": "192.0.0.192",
    "Alibaba's metadata service": "100.100.100.200",
    "a cluster's API server": "10.96.0.1",
    "a pod of a home network": "192.168.1.1",
    "a node of a private network": "172.31.255.255",
    "the pod itself": "127.0.0.1",
    "the pod itself over IPv6": "::1",
    "no address in particular": "0.0.0.0",
    "no address in particular over IPv6": "::",
    "a multicast group": "239.1.1.1",
    "a link-local address": "fe80::1",
  };
  for (const [name, address] of Object.entries(closed))
    test(`is ${name}`, () => assert.ok(whyClosed(address, [])));
});

describe("an address that pods may lead to", () => {
  for (const address of [
    "192.0.2.10",
    "157.240.1.1",
    "2a03:2880::1",
    "64:ff9b::c000:20a",
    "11.0.0.0",
  ])
    test(address, () => assert.equal(whyClosed(address, []), undefined));

  test("is in a private network that the installation opened", () => {
    assert.equal(whyClosed("10.8.1.1", ["10.8.0.0/16"]), undefined);
    assert.ok(whyClosed("10.9.1.1", ["10.8.0.0/16"]));
  });

  test("is no name: pods look at what it leads to", () =>
    assert.equal(whyClosed("relay.tools", []), undefined));
});

test("each closed network is written as pods and policies read it", () => {
  for (const network of closedNetworks) {
    assert.match(network, /^[0-9a-f.:]+\/\d+$/);
    assert.doesNotThrow(() => parseRange(network));
  }
});

test("the host of a server has no brackets", () =>
  assert.deepEqual(["a.example:1", "192.0.2.1:443", "[2001:db8::1]:443"].map(hostOfServer), [
    "a.example",
    "192.0.2.1",
    "2001:db8::1",
  ]));
