import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Entry } from "./entry.ts";
import type { ClusterEntry, UserEntry } from "./format.ts";

/** The path of a file that a kubeconfig names: from its own folder. */
export function pathFrom({ place }: Entry<unknown>, path: string): string {
  return resolve(dirname(place.file), path);
}

/** Reads a file that a field names. @throws KubeconfigError where it can't be read */
export async function fileOf(entry: Entry<unknown>, field: string, path: string): Promise<string> {
  const whole = pathFrom(entry, path);
  try {
    return await readFile(whole, "utf8");
  } catch (cause) {
    throw entry.wrong(field, `${whole} can't be read: name a file that is there`, { cause });
  }
}

/** The certificate authorities of a cluster, as PEM. @throws KubeconfigError */
export async function authoritiesOf(cluster: Entry<ClusterEntry>): Promise<string | undefined> {
  const { "certificate-authority": path, "certificate-authority-data": data } = cluster.value;
  return pem(cluster, "certificate-authority", { path, data });
}

/** A user's certificate and its key, as PEM. @throws KubeconfigError, also for one without the other */
export async function certificateOf(
  user: Entry<UserEntry>,
): Promise<{ readonly cert: string; readonly key: string } | undefined> {
  const { value } = user;
  const [cert, key] = await Promise.all([
    pem(user, "client-certificate", {
      path: value["client-certificate"],
      data: value["client-certificate-data"],
    }),
    pem(user, "client-key", { path: value["client-key"], data: value["client-key-data"] }),
  ]);
  if (cert !== undefined && key === undefined)
    throw user.wrong("client-key", "is missing: add the key of client-certificate");
  return cert === undefined || key === undefined ? undefined : { cert, key };
}

/** Where both are there, the data count, as for kubectl. */
async function pem(
  entry: Entry<unknown>,
  field: string,
  { path, data }: { readonly path: string | undefined; readonly data: string | undefined },
): Promise<string | undefined> {
  if (data === undefined && path === undefined) return undefined;
  const [name, text] =
    data === undefined
      ? [field, await fileOf(entry, field, path ?? "")]
      : [`${field}-data`, Buffer.from(data, "base64").toString("utf8")];
  if (text.includes("-----BEGIN ")) return text;
  const wanted = data === undefined ? "PEM" : "PEM in base64";
  throw entry.wrong(name, `holds no ${wanted}: copy it again from where you got it`);
}
