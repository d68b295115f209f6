import type { Provider } from "./provider.ts";

/** What shows which version of a load balancer is installed. */
export interface InstalledSigns {
  /** Annotations that it wrote on a Service to which it has given an address. */
  readonly marks: readonly string[];
  /** Kinds that the API server has, as `group/version/plural`. */
  readonly kinds: readonly string[];
}

/**
 * A provider as it is installed: asked with the annotation that this version reads. What it wrote
 * itself counts before the kinds that came with it, which may be left from another version. All
 * annotations are written while nothing shows which one is read, or both are: one that is not read
 * would let the load balancer give any address.
 */
export function asInstalled(provider: Provider, { marks, kinds }: InstalledSigns): Provider {
  const { versions = [] } = provider;
  const marked = versions.filter(({ mark }) => marks.includes(mark));
  const known =
    marked.length > 0
      ? marked
      : versions.filter(({ kind }) => kind !== undefined && kinds.includes(kind));
  const [version, ...others] = known;
  if (version === undefined || others.length > 0) return provider;
  return { ...provider, addressAnnotations: [version.reads] };
}
