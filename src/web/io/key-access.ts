import { timingSafeEqual } from "node:crypto";
import { type Access, type Admission, bearerToken, refusal } from "../access.ts";
import { type Rights, seesAnything } from "../rights.ts";

export interface KeyAccessOptions {
  /** What this program gave to the browser of whoever started it. */
  readonly key: string;
  /** What that person may see, as the API server lets them read it. */
  readonly rights: () => Rights;
  /** @throws errors of the API client */
  readonly mayReadEvents: (namespace: string) => Promise<boolean>;
}

/** Lets in one person: who started this program, and has its key. */
export class KeyAccess implements Access {
  readonly #options: KeyAccessOptions;

  constructor(options: KeyAccessOptions) {
    this.#options = options;
  }

  async admit(authorization: string | undefined): Promise<Admission> {
    const { key, rights: known, mayReadEvents } = this.#options;
    if (!isSame(bearerToken(authorization) ?? "", key)) return refusal("SignIn");
    const rights = known();
    if (!seesAnything(rights)) return refusal("NoRight");
    return { kind: "Viewer", viewer: { id: "owner", rights, mayReadEvents } };
  }
}

function isSame(given: string, key: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(key)];
  return a.length === b.length && timingSafeEqual(a, b);
}
