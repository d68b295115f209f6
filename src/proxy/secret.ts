import type { WhatsAppProxySpec } from "../api/fleet.ts";
import { childName, firstRevisionAnnotation, fleetLabels } from "../api/names.ts";
import { hashOf } from "../kubernetes/difference.ts";
import type { Secret } from "../kubernetes/objects.ts";
import { compressed } from "./compressed.ts";
import type { ChildOwner } from "./deployment.ts";
import { haproxyInput } from "./haproxy.ts";
import { firstRevision, secretRevision } from "./lane-certificates.ts";
import { type CertifiedLane, renderPodConfig } from "./pod-config.ts";

/** What a fleet's Secret is made of. */
export interface SecretInput {
  readonly child: ChildOwner;
  readonly spec: WhatsAppProxySpec;
  /** How many lanes the pods bind. */
  readonly bank: number;
  /** Those of them that serve an address, each with its certificate. */
  readonly open: readonly CertifiedLane[];
  /** Networks (CIDRs) that are open to pods although they are private. */
  readonly privateNetworks: readonly string[];
  /** The Secret as it is now. */
  readonly live: Secret | undefined;
}

/** The fleet's Secret: HAProxy's config and each open lane's certificate. */
export function secretManifest(input: SecretInput): Secret {
  const { child, spec, bank, open, privateNetworks, live } = input;
  const content = renderPodConfig(
    { ...haproxyInput(spec, bank, { seed: child.owner.uid, privateNetworks }), open },
    hashOf,
  );
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
  const revision = secretRevision(secret);
  const hasNeverChanged = live === undefined || firstRevision(live) === revision;
  if (revision === undefined || !hasNeverChanged) return secret;
  return {
    ...secret,
    metadata: { ...metadata, annotations: { [firstRevisionAnnotation]: revision } },
  };
}
