import assert from "node:assert/strict";
import { once } from "node:events";
import { before, describe, test } from "node:test";
import { connect } from "node:tls";
import type { X509Certificate } from "node:crypto";
import type { PublishedAddress } from "../../stand-ins/client/load.ts";
import { nuisances } from "../../stand-ins/client/pester.ts";
import type { TestFleet } from "../stage/fleet.ts";
import { pesterAt } from "../stage/people.ts";
import { clients, sharedFleet, slots } from "./stage.ts";

/** Words that would tell a scanner what answers here, or who made it. */
const telltale = /proxy|haproxy|fleet|whatsapp|http|html|nginx|error|bad request|server:/i;

/** The certificate behind an address, as a scanner sees it that asks for a name of its own. */
async function certificateOf({ host, chat: port }: PublishedAddress): Promise<X509Certificate> {
  const socket = connect({ host, port, servername: "scanner.example", rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const certificate = socket.getPeerX509Certificate();
  socket.destroy();
  assert.ok(certificate);
  return certificate;
}

describe("anyone who only knocks", () => {
  let fleet: TestFleet;
  before(async () => {
    fleet = await sharedFleet();
  });

  test("hears nothing from a published port that names what it is, whatever they say", async () => {
    const { host, chat, media } = (await fleet.published()).get(0)!;
    const looks = nuisances.flatMap((nuisance) =>
      [chat, media].map(async (port) => ({
        nuisance,
        port,
        ...(await pesterAt({ host, port }, nuisance, { from: clients[6]!, timeoutMs: 4_000 })),
      })),
    );
    for (const { nuisance, port, heard } of await Promise.all(looks))
      for (const words of heard) {
        assert.doesNotMatch(words, telltale, `${nuisance} on port ${port}`);
        assert.ok(
          words.length <= 16,
          `${nuisance} on port ${port} was answered with ${words.length} bytes, more than a TLS alert`,
        );
      }
  });

  // Each address has a certificate, key, name, number and dates of its own.
  test("finds no two addresses that look alike", async () => {
    const published = [...(await fleet.published()).values()];
    assert.equal(published.length, slots);
    const certificates = await Promise.all(published.map(certificateOf));
    const traits: Record<string, (certificate: X509Certificate) => string> = {
      certificate: ({ fingerprint256 }) => fingerprint256,
      key: ({ publicKey }) => publicKey.export({ type: "spki", format: "der" }).toString("hex"),
      number: ({ serialNumber }) => serialNumber,
      dates: ({ validFrom, validTo }) => `${validFrom} ${validTo}`,
      names: ({ subject, issuer, subjectAltName }) =>
        `${subject} ${issuer} ${subjectAltName ?? ""}`,
    };
    for (const [trait, of] of Object.entries(traits))
      assert.equal(new Set(certificates.map(of)).size, slots, trait);
  });
});
