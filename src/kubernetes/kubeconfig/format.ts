import { z } from "zod";

/** Empty means absent, as for kubectl. */
const text = z
  .string()
  .nullish()
  .transform((value) => (value === null || value === "" ? undefined : value));

const flag = z
  .boolean()
  .nullish()
  .transform((value) => value === true);

/** An absent list is empty. */
const listOf = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((list) => list ?? []);

const named = z.looseObject({ name: z.string().min(1) });

/** A whole file, as far as it must be right for any context of it. */
export const kubeconfigFile = z.object({
  "current-context": text,
  clusters: listOf(named),
  users: listOf(named),
  contexts: listOf(named),
});

/** What a context chooses. */
export const contextEntry = z.object({ cluster: text, user: text, namespace: text });

/** An API server, and the way to it. */
export const clusterEntry = z.object({
  server: text,
  "certificate-authority": text,
  "certificate-authority-data": text,
  "insecure-skip-tls-verify": flag,
  "tls-server-name": text,
  "proxy-url": text,
  extensions: listOf(z.object({ name: z.string(), extension: z.unknown() })),
});
export type ClusterEntry = z.output<typeof clusterEntry>;

const execEntry = z
  .object({
    apiVersion: z.enum(["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]),
    command: z.string().min(1),
    args: listOf(z.string()),
    env: listOf(z.object({ name: z.string().min(1), value: z.string() })),
    installHint: text,
    provideClusterInfo: flag,
    interactiveMode: z.enum(["Never", "IfAvailable", "Always"]).nullish(),
  })
  .refine(({ apiVersion, interactiveMode }) => apiVersion.endsWith("v1beta1") || interactiveMode, {
    path: ["interactiveMode"],
    error: "is missing: set it to Never, IfAvailable or Always",
  });

/** A program that knows the credentials: a client-go credential plugin. */
export type ExecEntry = z.output<typeof execEntry>;

/** Who asks, and by which credentials. */
export const userEntry = z.object({
  token: text,
  tokenFile: text,
  "client-certificate": text,
  "client-certificate-data": text,
  "client-key": text,
  "client-key-data": text,
  username: text,
  password: text,
  as: text,
  "as-uid": text,
  "as-groups": listOf(z.string()),
  "as-user-extra": z.record(z.string(), z.array(z.string())).nullish(),
  exec: execEntry.nullish(),
  "auth-provider": z
    .object({ name: z.string(), config: z.record(z.string(), z.string()).nullish() })
    .nullish(),
});
export type UserEntry = z.output<typeof userEntry>;
