import { X509Certificate } from "node:crypto";

/**
 * How a client shows who it is: files with a certificate and its key, which may be replaced at any
 * time.
 */
export interface ClientIdentity {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** Who is asked in the API server's place, and as whom. */
export interface Proxied {
  readonly port: number;
  /** PEM of the certificate to believe. */
  readonly certificate: string;
  readonly token: string;
  readonly identity?: ClientIdentity | undefined;
}

/** The text of a kubeconfig for something on loopback that stands before an API server. */
export function proxiedKubeconfig({ port, certificate, token, identity }: Proxied): string {
  const name = new X509Certificate(certificate).subject.replace("CN=", "");
  const cluster = {
    server: `https://127.0.0.1:${port}`,
    "tls-server-name": name,
    "certificate-authority-data": Buffer.from(certificate).toString("base64"),
  };
  const files =
    identity === undefined
      ? {}
      : { "client-certificate": identity.certificateFile, "client-key": identity.keyFile };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster }],
    users: [{ name: "admin", user: { token, ...files } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "admin" } }],
    "current-context": "test",
  });
}
