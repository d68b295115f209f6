import { type Manifest, titleOf } from "../../chart/rendered.ts";

/** A Role or a ClusterRole. */
export type Role = Manifest & {
  readonly rules: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly verbs: readonly string[];
  }[];
};

/**
 * The smallest part of a rule: one verb on one resource (`pods/status` for a subresource), of one
 * name where the rule has names.
 */
export interface Permission {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly name?: string;
}

/**
 * A request that the API server allowed, and the role that was the reason, as `Kind name` or `Kind
 * namespace/name`.
 */
export interface AllowedRequest {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly name?: string | undefined;
  /** Undefined: an object without a namespace, or those of all namespaces at once. */
  readonly namespace?: string | undefined;
  readonly role: string;
}

/** Every permission of a role. */
export function permissionsOf({ rules }: Role): readonly Permission[] {
  return rules.flatMap(({ apiGroups, resources, resourceNames, verbs }) => {
    const names = resourceNames?.map((name) => ({ name })) ?? [{}];
    return apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.flatMap((verb) => names.map((name) => ({ verb, group, resource, ...name }))),
      ),
    );
  });
}

/**
 * What roles allow and no request needed. A right that a ClusterRole gives everywhere must be used
 * for all namespaces at once, or in more than one: else a Role would do. A right that is given
 * twice is used once only, since the API server names one reason for a request.
 * @returns one line for each, which names the role and the right
 */
export function unneeded(
  roles: readonly Role[],
  requests: readonly AllowedRequest[],
): readonly string[] {
  return roles.flatMap((role) => {
    const title = titleOf(role);
    const own = requests.filter((request) => request.role === title);
    const seen = new Set<string>();
    return permissionsOf(role).flatMap((permission) => {
      const text = textOf(permission);
      const problem = seen.has(text) ? "is given twice" : problemWith(permission, role.kind, own);
      seen.add(text);
      return problem === undefined ? [] : [`${title}: ${text} ${problem}`];
    });
  });
}

function problemWith(
  permission: Permission,
  kind: string,
  requests: readonly AllowedRequest[],
): string | undefined {
  const places = new Set(
    requests.filter((request) => allows(permission, request)).map(({ namespace }) => namespace),
  );
  if (places.size === 0) return "is not used";
  if (kind === "Role" || places.size > 1 || places.has(undefined)) return undefined;
  return `is used in the namespace ${[...places].join()} only`;
}

function allows({ verb, group, resource, name }: Permission, request: AllowedRequest): boolean {
  const isOfName = name === undefined || name === request.name;
  return (
    isOfName && verb === request.verb && group === request.group && resource === request.resource
  );
}

function textOf({ verb, group, resource, name }: Permission): string {
  return [
    verb,
    group === "" ? resource : `${resource}.${group}`,
    ...(name === undefined ? [] : [name]),
  ].join(" ");
}
