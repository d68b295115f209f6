import { createSecureContext } from "node:tls";
import { fieldManagers } from "../../api/names.ts";
import { secrets } from "../../kubernetes/builtin.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import { ConflictError } from "../../kubernetes/errors.ts";
import type { Secret } from "../../kubernetes/objects.ts";
import { ProxyfleetError } from "../../values/errors.ts";
import type { Random } from "../../values/random.ts";
import type { Instant } from "../../values/time.ts";
import { ownCertificate } from "./own-certificate.ts";
import type { ServingCertificate } from "./serve.ts";

/** The Secret with the endpoint's certificate is of no use. */
export class CertificateSecretError extends ProxyfleetError {}

export interface CertificateSecret {
  readonly client: Pick<ApiClient, "get" | "create">;
  readonly namespace: string;
  readonly name: string;
  /** Whether this replica may make the Secret where there is none: only the one that leads. */
  readonly mayMake: () => boolean;
  readonly now: () => Instant;
  readonly random: Random;
}

/**
 * Reads the endpoint's certificate. Where there is none, the replica that leads makes one, so that
 * all of them show the same, also after restarts: agents know its key from their lines. One that was
 * deleted while it was in use is written again.
 * @param inUse what is shown now
 * @returns undefined while there is none, and this replica may not make it
 * @throws CertificateSecretError, errors of the API client
 */
export async function readCertificate(
  secret: CertificateSecret,
  inUse: ServingCertificate | undefined,
): Promise<ServingCertificate | undefined> {
  const { client, namespace, name, mayMake } = secret;
  const found = await client.get(secrets, { namespace, name });
  if (found !== undefined) return certificateOf(found);
  if (!mayMake()) return undefined;
  const { now, random } = secret;
  const made = inUse ?? (await ownCertificate(now(), random));
  try {
    await client.create(secrets, secretOf(secret, made), fieldManagers.ingestion);
    return made;
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    // Somebody was faster: what they made is what all replicas show.
    const theirs = await client.get(secrets, { namespace, name });
    return theirs === undefined ? undefined : certificateOf(theirs);
  }
}

function secretOf(
  { namespace, name }: Pick<CertificateSecret, "namespace" | "name">,
  { cert, key }: ServingCertificate,
): Secret {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { namespace, name },
    type: "kubernetes.io/tls",
    data: { "tls.crt": base64(cert), "tls.key": base64(key) },
  };
}

/** @throws CertificateSecretError without any part of the key */
function certificateOf({ metadata, data = {} }: Secret): ServingCertificate {
  const text = (field: string) => Buffer.from(data[field] ?? "", "base64").toString("utf8");
  const certificate = { cert: text("tls.crt"), key: text("tls.key") };
  try {
    if (certificate.cert === "" || certificate.key === "")
      throw new CertificateSecretError("tls.crt or tls.key is missing");
    createSecureContext(certificate);
    return certificate;
  } catch (cause) {
    throw new CertificateSecretError(
      `the Secret ${metadata.namespace}/${metadata.name} has no certificate with its key for agents: put both there as PEM, tls.crt and tls.key`,
      { cause },
    );
  }
}
