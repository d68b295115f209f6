/**
 * A part of an image, as CycloneDX 1.5 has it (https://cyclonedx.org/docs/1.5/json); what npm says
 * of one beside this is kept as it is.
 */
export interface Component {
  readonly "bom-ref": string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly [member: string]: unknown;
}

/** A bill of materials: of it, what is read here. */
export interface Bom {
  readonly specVersion: string;
  readonly components: readonly Component[];
  readonly dependencies: readonly {
    readonly ref: string;
    readonly dependsOn?: readonly string[];
  }[];
  readonly [member: string]: unknown;
}

/** An image whose parts are listed. */
export interface ImageParts {
  readonly name: string;
  readonly version: string;
  readonly components: readonly Component[];
  readonly dependencies: Bom["dependencies"];
}

/**
 * The bill of materials of an image. Nothing in it is of the moment or the machine: the same parts
 * give the same text.
 */
export function bomOf({ name, version, components, dependencies }: ImageParts): Bom {
  const purl = `pkg:oci/${name}@${version}`;
  const component = {
    "bom-ref": purl,
    type: "container",
    name: `proxyfleet/${name}`,
    version,
    purl,
  };
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.5.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: { component },
    components: components.toSorted((a, b) => (a.purl < b.purl ? -1 : 1)),
    dependencies,
  };
}

/**
 * Of npm's list of all that may be used, what is really there.
 * @param titles `name@version` of each
 * @throws Error where npm's list lacks one
 */
export function only(
  { components, dependencies }: Bom,
  titles: ReadonlySet<string>,
): Pick<Bom, "components" | "dependencies"> {
  const isThere = (ref: string) => titles.has(ref);
  const there = components.filter(({ name, version }) => isThere(`${name}@${version}`));
  const missing = [...titles].filter(
    (title) => !there.some(({ name, version }) => `${name}@${version}` === title),
  );
  if (missing.length > 0)
    throw new Error(
      `npm does not list ${missing.join(", ")}. Run make set-up, so that it sees what is installed`,
    );
  return {
    components: there,
    dependencies: dependencies
      .filter(({ ref }) => isThere(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter(isThere) })),
  };
}

/** Debian's packages, from the text of a file `/var/lib/dpkg/status` (deb822). */
export function debianComponents(status: string): readonly Component[] {
  return status.split("\n\n").flatMap((paragraph) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(paragraph)?.[1];
    const [name, version, architecture] = [
      field("Package"),
      field("Version"),
      field("Architecture"),
    ];
    const isInstalled = field("Status")?.endsWith(" installed") === true;
    if (!isInstalled || name === undefined || version === undefined) return [];
    // https://github.com/package-url/purl-spec, type deb
    const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${architecture}`;
    return [{ "bom-ref": purl, type: "library", name, version, purl }];
  });
}

/** A program, or Go's standard library: `node@26.10.0`, `haproxy@3.0.11`, `std@1.26.6`. */
export function programComponent(title: string): Component {
  const [name = "", version = ""] = title.split("@");
  const purl = name === "std" ? `pkg:golang/std@${version}` : `pkg:generic/${name}@${version}`;
  return { "bom-ref": purl, type: name === "std" ? "library" : "application", name, version, purl };
}
