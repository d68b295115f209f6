import type { Kubectl } from "./kubectl.ts";
import type { Say } from "./say.ts";
import type { Stage } from "./stage.ts";

/** What every act of the demo works with. */
export interface Scene {
  readonly stage: Stage;
  readonly say: Say;
  readonly kubectl: Kubectl;
  /**
   * What the media server's certificate must be, where WhatsApp is played (SHA-256 of its DER form,
   * in hexadecimal).
   */
  readonly mediaCertificate: string | undefined;
}
