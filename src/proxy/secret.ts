import type { Random } from "../values/random.ts";
import { issueCertificate } from "./certificates/issue.ts";
import type { WhatsAppProxySpec } from "../api/fleet.ts";
import type { Instant } from "../values/time.ts";
import { hashOf } from "../kubernetes/apply.ts";
import { type ChildOwner } from "./deployment.ts";
import { haproxyInput } from "./haproxy.ts";
import { childName, firstRevisionAnnotation, fleetLabels } from "../api/names.ts";
import type { Secret } from "../kubernetes/objects.ts";
import { compressed } from "./compressed.ts";
import { type CertifiedLane, renderPodConfig } from "./pod-config.ts";
import { firstRevision, laneCertificates, secretRevision } from "./lane-certificates.ts";

/** A lane that serves a ledger entry. */
export interface OpenLane {
  readonly lane: number;
  readonly entry: string;
  readonly uid: string;
  /** Load balancers whose PROXY header is believed (CIDRs). */
  readonly proxiesFrom: readonly string[];
}

/** What a fleet's Secret is made from. */
export interface SecretInput {
  readonly spec: WhatsAppProxySpec;
  readonly lanes: readonly OpenLane[];
  /** Lanes to bind, from 0 up. */
  readonly bank: number;
  /** The Secret as it is now. */
  readonly live: Secret | undefined;
}

/**
 * The fleet's Secret: HAProxy's config and each open lane's certificate. A lane keeps its
 * certificate as long as it serves the same ledger entry; a new entry always gets one that was
 * never used before.
 */
export async function lanesSecret(
  child: ChildOwner,
  { spec, lanes, bank, live }: SecretInput,
  { now, random }: { readonly now: Instant; readonly random: Random },
): Promise<Secret> {
  const known = laneCertificates(live);
  const open = await Promise.all(
    lanes.map(async ({ lane, entry, uid, proxiesFrom }): Promise<CertifiedLane> => {
      const kept = known.find(
        (certificate) => certificate.lane === lane && certificate.uid === uid,
      );
      const { pem, sha256 } = kept ?? (await issueCertificate(now, random));
      return { lane, address: entry, uid, proxiesFrom, certificateSHA256: sha256, pem };
    }),
  );
  const content = renderPodConfig({ ...haproxyInput(spec, bank), open }, hashOf);
  const data = Object.fromEntries(
    Object.entries(compressed(content)).map(([key, bytes]) => [key, bytes.toString("base64")]),
  );
  const { fleet, namespace, owner } = child;
  const metadata = {
    name: childName(fleet),
    namespace,
    labels: fleetLabels(fleet),
    ownerReferences: [owner],
  };
  const secret: Secret = { apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", data };
  const first = live === undefined ? secretRevision(secret) : firstRevision(live);
  return first === undefined
    ? secret
    : { ...secret, metadata: { ...metadata, annotations: { [firstRevisionAnnotation]: first } } };
}
