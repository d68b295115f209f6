import type { ApiClient } from "../../kubernetes/client.ts";
import { resource } from "../../kubernetes/resource.ts";
import type { KubeObject } from "../../kubernetes/objects.ts";
import type { Resource } from "../../kubernetes/resource.ts";

/** Who a token belongs to, as the API server says it. */
export interface User {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

interface TokenReview extends KubeObject {
  spec: { token: string };
  status?: { authenticated?: boolean; user?: User };
}

interface AccessReview extends KubeObject {
  spec: object;
  status?: { allowed?: boolean };
}

const tokenReviews = resource<TokenReview>({
  group: "authentication.k8s.io",
  version: "v1",
  kind: "TokenReview",
  plural: "tokenreviews",
  scope: "Cluster",
  holdsSecrets: true,
});

const accessReviews = resource<AccessReview>({
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SubjectAccessReview",
  plural: "subjectaccessreviews",
  scope: "Cluster",
});

export type ReviewClient = Pick<ApiClient, "review">;

/** Whose token it is; undefined for one that the cluster does not accept. @throws errors of the API client */
export async function userOf(client: ReviewClient, token: string): Promise<User | undefined> {
  const { status } = await client.review(tokenReviews, {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenReview",
    // The API server takes no name here, and gives none back.
    metadata: { name: "" },
    spec: { token },
  });
  return status?.authenticated === true ? (status.user ?? {}) : undefined;
}

/** What somebody would do. */
export interface Wish {
  readonly of: Resource<KubeObject>;
  readonly verb: "list";
  /** Undefined: in all of them. */
  readonly namespace: string | undefined;
}

/** Whether somebody may do something. @throws errors of the API client */
export async function mayDo(client: ReviewClient, user: User, wish: Wish): Promise<boolean> {
  const { of, verb, namespace } = wish;
  const { username, uid, groups, extra } = user;
  const attributes = { group: of.group, resource: of.plural, verb, namespace };
  const { status } = await client.review(accessReviews, {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    metadata: { name: "" },
    spec: { user: username, uid, groups, extra, resourceAttributes: attributes },
  });
  return status?.allowed === true;
}
