import * as pulumi from "@pulumi/pulumi";

/** A resource as the Pulumi engine is told of it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  /** Its fields, once all outputs that they are made of are known. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/**
 * What an engine would add to a resource when it makes it: for example the address that a cloud
 * gives.
 */
type Made = (resource: Registered) => Readonly<Record<string, unknown>>;

/**
 * Plays Pulumi's engine: what is registered is noted, and comes into being at once. A preview makes
 * nothing.
 */
export async function playEngine(
  made: Made = () => ({}),
  isPreview = false,
): Promise<readonly Registered[]> {
  const registered: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        const resource = { type, name, inputs: inputs as Record<string, unknown> };
        if (type !== "pulumi:pulumi:Stack") registered.push(resource);
        return { id: `${name}-id`, state: { ...named(resource), ...made(resource) } };
      },
      call: ({ inputs }) => inputs as Record<string, unknown>,
    },
    "project",
    "stack",
    isPreview,
  );
  return registered;
}

/** As Pulumi's Kubernetes provider does: an object without a name gets one after its resource. */
function named({ name, inputs }: Registered): Record<string, unknown> {
  const { metadata } = inputs as { metadata?: object };
  return metadata === undefined
    ? { ...inputs }
    : { ...inputs, metadata: { name: `${name}-1a2b3c4d`, ...metadata } };
}

/** What an output holds in the end. */
export async function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}
