import type { TestFleet } from "./fleet.ts";
import { kubectl } from "./kubectl.ts";
import type { PublishedAddress } from "../../stand-ins/client/load.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

/** What makes a fleet's groups move by a person's report, and by nothing else. */
export const movedByReports = {
  audience: { countries: ["IR"] },
  reachability: { outagePercent: 100 },
};

/** Reports an address as blocked in Iran, as a person does. */
export async function reportBlocked(
  { name, namespace }: TestFleet,
  address: string,
): Promise<void> {
  const report = `proxyfleet.dev/report-blocked=${address} IR it does not work`;
  await kubectl("annotate", "wap", name, "-n", namespace, report, "--overwrite");
}

/** Waits until a slot has another address than `from`. */
export async function moved(
  fleet: TestFleet,
  slot: number,
  { from, seconds = 90 }: { readonly from: string; readonly seconds?: number },
): Promise<PublishedAddress> {
  return waitFor(
    `slot ${slot} of ${fleet.name} to move`,
    async () => {
      const now = (await fleet.published()).get(slot);
      return now !== undefined && now.host !== from ? now : undefined;
    },
    { seconds },
  );
}
