import { parseProxyAddress } from "../../api/proxy-address.ts";
import type { Caches } from "../../cluster/caches.ts";
import type { CustomObject } from "../../kubernetes/objects.ts";
import { ledgerName } from "../../ledger/name.ts";
import { viewOfEntry } from "../../ledger/view.ts";
import type { MeasuredTarget } from "../../reachability/targets.ts";
import { mayTest } from "../../reachability/verdict.ts";
import { memoize } from "../../values/memoize.ts";

/** Entries change seldom: what may be tested of one follows from it alone. */
const targetOf = memoize((entry: CustomObject): { readonly targets: readonly MeasuredTarget[] } => {
  const parsed = parseProxyAddress(entry);
  const { view } = viewOfEntry(entry);
  if (!parsed.ok || view?.address === undefined || view.phase !== "Serving") return none;
  const { reachability } = view;
  const ports = view.ports
    .map(({ name, port }) => ({ listener: name, port }))
    .filter(({ listener }) =>
      [countryOf(reachability)].every((country) => mayTest(reachability, { country, listener })),
    );
  if (view.want !== "Serve" || ports.length === 0) return none;
  const isSuspected = reachability.some(({ verdict }) => verdict === "Suspected");
  const { certificateSHA256 } = parsed.value.status;
  const target = {
    address: view.address,
    ports,
    certificateSHA256,
    mediaServerName: "whatsapp.net",
  };
  return { targets: [{ ...target, isSuspected }] };
});

const none = { targets: [] };

/** The simulated world has one country. */
function countryOf(verdicts: readonly { readonly country: string }[]): string {
  return verdicts[0]?.country ?? "";
}

/** What vantage points may test: each published address, but for ports that are known to be blocked. */
export function targetsOf(
  published: ReadonlySet<string>,
  { addresses }: Pick<Caches, "addresses">,
): readonly MeasuredTarget[] {
  return [...published].flatMap((address) => {
    const entry = addresses.get({ name: ledgerName(address) });
    return entry === undefined ? [] : targetOf(entry).targets;
  });
}
