import { pods } from "../../kubernetes/builtin.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import { ForbiddenError } from "../../kubernetes/errors.ts";
import type { Pod } from "../../kubernetes/objects.ts";

/** Selects the operator's Deployment and pods, as the chart labels them. */
export const operatorSelector = "app.kubernetes.io/name=proxyfleet";

/** Which image operators run, and where. */
export interface OperatorImage {
  readonly image: string;
  readonly namespace: string;
}

/** The images of all operators in pods, each once; undefined where pods can't be listed. */
export async function operatorImages(
  client: Pick<ApiClient, "list">,
): Promise<readonly OperatorImage[] | undefined> {
  try {
    const { items } = await client.list(pods, { labelSelector: operatorSelector, limit: 500 });
    return imagesOf(items);
  } catch (error) {
    if (error instanceof ForbiddenError) return undefined;
    throw error;
  }
}

function imagesOf(operators: readonly Pod[]): readonly OperatorImage[] {
  const images = operators.flatMap(({ metadata: { namespace = "" }, spec }) =>
    (spec?.containers ?? []).map(({ image = "" }) => ({ image, namespace })),
  );
  const byText = new Map(images.map((each) => [`${each.image} ${each.namespace}`, each]));
  return [...byText].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}
