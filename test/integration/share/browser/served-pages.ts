import type { ServedFleet } from "../../pages/served-fleet.ts";
import type { PageStage } from "./stage.ts";

/** The page that an operator serves, at the path that it has now. */
export async function servedPages(fleet: ServedFleet): Promise<PageStage> {
  const kept = await fleet.page();
  return {
    origin: fleet.origin,
    kept,
    url: (language, variant) => `${kept}?l=${language}${variant === "print" ? "&print=1" : ""}`,
    link: async () => fleet.link(),
  };
}
