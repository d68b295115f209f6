import { isIP } from "node:net";
import { z } from "zod";
import { explainIssue } from "../api/problem.ts";
import { type NewsKind, newsKinds } from "../values/news-kinds.ts";

/** Where a receiver's secret is: in a Secret of the operator's namespace, or in a file. */
export type SecretPlace =
  | { readonly kind: "ref"; readonly name: string; readonly key: string }
  | { readonly kind: "file"; readonly path: string };

/** Somebody who is sent news. */
export interface Receiver {
  readonly name: string;
  readonly url: string;
  readonly secret: SecretPlace;
  /** Whether it may be sent links. */
  readonly links: boolean;
  readonly kinds: readonly NewsKind[];
}

/** A receiver that can't be used, or a fault of the whole file. */
export interface ReceiverProblem {
  /** As far as it has one that can be read. */
  readonly name: string | undefined;
  readonly message: string;
}

/** What a configuration of news says. */
export interface Receivers {
  readonly receivers: readonly Receiver[];
  readonly problems: readonly ReceiverProblem[];
}

const mostReceivers = 16;

const name = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    "must be a short name of small letters, digits and '-', such as chat-bot",
  );

const url = z
  .string()
  .refine(
    isUsable,
    "must be an address such as https://bot.example.org/news: https (http only for this machine), no user, no fragment",
  );

const receiver = z
  .strictObject({
    name,
    url,
    secretRef: z
      .strictObject({ name: z.string().min(1), key: z.string().min(1).default("secret") })
      .optional(),
    secretFile: z.string().min(1).optional(),
    links: z.boolean().default(false),
    kinds: z
      .array(z.enum(newsKinds))
      .min(1)
      .default([...newsKinds]),
  })
  .refine(
    ({ secretRef, secretFile }) => (secretRef === undefined) !== (secretFile === undefined),
    "write exactly one of secretRef and secretFile",
  );

const file = z.strictObject({ receivers: z.array(z.unknown()) });

/** Reads a configuration, receiver by receiver: one that can't be used keeps no other from news. */
export function readReceivers(given: unknown): Receivers {
  const read = file.safeParse(given);
  if (!read.success) {
    const message = read.error.issues.map((issue) => explainIssue(issue, given)).join("; ");
    return { receivers: [], problems: [{ name: undefined, message }] };
  }
  const receivers: Receiver[] = [];
  const problems: ReceiverProblem[] = [];
  for (const [index, one] of read.data.receivers.entries()) {
    const result = readReceiver(one, receivers);
    if ("url" in result) receivers.push(result);
    else problems.push({ ...result, message: `receivers[${index}]: ${result.message}` });
  }
  return { receivers, problems };
}

function readReceiver(given: unknown, before: readonly Receiver[]): Receiver | ReceiverProblem {
  const known = z.looseObject({ name }).safeParse(given).data?.name;
  const refused = (message: string): ReceiverProblem => ({ name: known, message });
  const read = receiver.safeParse(given);
  if (!read.success)
    return refused(read.error.issues.map((issue) => explained(issue, given)).join("; "));
  if (before.some((one) => one.name === read.data.name))
    return refused(`name "${read.data.name}" is taken: give each receiver a name of its own`);
  if (before.length >= mostReceivers)
    return refused(`there are more than ${mostReceivers}: take some out`);
  const { secretRef, secretFile = "", kinds, ...rest } = read.data;
  const secret: SecretPlace =
    secretRef === undefined ? { kind: "file", path: secretFile } : { kind: "ref", ...secretRef };
  return { ...rest, secret, kinds: [...new Set(kinds)] };
}

/** A URL may have a token in it: it is not quoted. */
function explained(issue: z.core.$ZodIssue, given: unknown): string {
  return issue.path[0] === "url" ? `url: ${issue.message}` : explainIssue(issue, given);
}

function isUsable(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, hash } = new URL(text);
  if (username !== "" || password !== "" || hash !== "") return false;
  return protocol === "https:" || (protocol === "http:" && isThisMachine(hostname));
}

function isThisMachine(host: string): boolean {
  return host === "localhost" || host === "[::1]" || (isIP(host) === 4 && host.startsWith("127."));
}
