import { gzipSync } from "node:zlib";

const compressedFile = "haproxy.cfg";

/**
 * A pod's files by name, as their Secret holds them. HAProxy's configuration is compressed, and
 * named haproxy.cfg.gz: for a bank of 256 lanes it is up to 1.4 MB of text, and a Secret holds 1
 * MiB at most (Kubernetes, Secrets, "Size limit"). The same text gives the same bytes.
 */
export function compressed(files: Readonly<Record<string, string>>): Record<string, Buffer> {
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) =>
      name === compressedFile ? [`${name}.gz`, gzipSync(text)] : [name, Buffer.from(text)],
    ),
  );
}
