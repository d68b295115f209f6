import type { Caches } from "./cluster/caches.ts";
import type { PageParts } from "./pages/io/operate.ts";
import { chosenLanguage } from "./share/chosen-language.ts";
import { slotSharesIn } from "./share/io/slot-shares.ts";
import { keySecretPlace, readKeySecret } from "./share/key-secret.ts";
import { renderPage } from "./share/page.ts";

/**
 * Where serving meets what is served: the shares of slots, the key that their paths follow from, and
 * how pages are drawn.
 * @param namespace the operator's own
 */
export function pageParts(
  caches: Pick<Caches, "addresses" | "ownSecrets" | "secrets">,
  namespace: string,
): PageParts {
  return {
    shares: slotSharesIn(caches, namespace),
    key: () => readKeySecret(caches.ownSecrets.get(keySecretPlace(namespace)))?.key,
    render: renderPage,
    chooseLanguage: chosenLanguage,
  };
}
