import type { Entry } from "./entry.ts";
import type { UserEntry } from "./format.ts";

/** As whom calls are made, with what the API server is to know of that user. */
export interface Impersonated {
  readonly user: string;
  readonly uid: string | undefined;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/**
 * Whom a kubeconfig's user, with what was chosen beside it, stands for; undefined: for itself. Each
 * choice takes the place of one field, as with kubectl.
 * @throws KubeconfigError for groups, a uid or more of nobody
 */
export function impersonated(
  user: Entry<UserEntry>,
  choice: {
    readonly as?: string | undefined;
    readonly asUid?: string | undefined;
    readonly asGroups?: readonly string[] | undefined;
  },
): Impersonated | undefined {
  const { as: written, "as-uid": uid, "as-groups": groups, "as-user-extra": extra } = user.value;
  const name = choice.as ?? written;
  const chosen = choice.asGroups ?? [];
  const found = {
    uid: choice.asUid ?? uid,
    groups: chosen.length > 0 ? chosen : groups,
    extra: extra ?? {},
  };
  if (name !== undefined && name !== "") return { user: name, ...found };
  if (found.uid === undefined && found.groups.length === 0 && Object.keys(found.extra).length === 0)
    return undefined;
  throw user.wrong("as", "is empty, and there is more about that user: name it here or with --as");
}

/**
 * The headers that say so to the API server (Kubernetes, "User impersonation"). Names of more are
 * escaped as it reads them, and text beyond ASCII goes out as UTF-8.
 */
export function impersonationHeaders(
  who: Impersonated | undefined,
): Readonly<Record<string, string | string[]>> {
  if (who === undefined) return {};
  const { user, uid, groups, extra } = who;
  const headers: Record<string, string | string[]> = { "impersonate-user": utf8(user) };
  if (uid !== undefined) headers["impersonate-uid"] = utf8(uid);
  if (groups.length > 0) headers["impersonate-group"] = groups.map(utf8);
  for (const [name, values] of Object.entries(extra))
    if (values.length > 0)
      headers[`impersonate-extra-${escapedName(name.toLowerCase())}`] = values.map(utf8);
  return headers;
}

/** What is no letter of a header's name (RFC 9110, token), and the percent sign itself, is escaped. */
function escapedName(name: string): string {
  return [...Buffer.from(name, "utf8")]
    .map((byte) => {
      const letter = String.fromCharCode(byte);
      if (/[A-Za-z0-9!#$&'*+.^_`|~-]/.test(letter)) return letter;
      return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}

function utf8(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
