import type { PublishedAddress } from "../test/stand-ins/client/load.ts";
import type { Kubectl } from "./kubectl.ts";

/** The fleet of examples/fleet.yaml. */
export const fleet = { namespace: "proxies", name: "family" } as const;

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message: string;
}

/** What the demo reads of a WhatsAppProxy. */
export interface Fleet {
  readonly metadata: { readonly generation: number };
  readonly spec: {
    readonly listeners: {
      readonly chat: { readonly port: number };
      readonly media: { readonly port: number };
    };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
    readonly addresses?: readonly {
      readonly address: string;
      readonly slot: number;
      readonly phase: string;
    }[];
  };
}

/** What the demo reads of a ProxyAddress. */
export interface LedgerEntry {
  readonly spec: {
    readonly address?: string;
    readonly claimRef: { readonly namespace: string; readonly name: string; readonly slot: number };
    readonly drainUntil?: string;
    readonly quarantineUntil?: string;
  };
  readonly status?: {
    readonly phase?: string;
    readonly certificateSHA256?: string;
    readonly reachability?: readonly {
      readonly country: string;
      readonly verdict: string;
      readonly message?: string;
    }[];
  };
}

export async function readFleet(kubectl: Kubectl): Promise<Fleet> {
  return kubectl.read<Fleet>("whatsappproxy", fleet.name, "--namespace", fleet.namespace);
}

/** The fleet's entries in the ledger. */
export async function readLedger(kubectl: Kubectl): Promise<readonly LedgerEntry[]> {
  const { items } = await kubectl.read<{ items: readonly LedgerEntry[] }>("proxyaddresses");
  return items.filter(
    ({ spec }) => spec.claimRef.namespace === fleet.namespace && spec.claimRef.name === fleet.name,
  );
}

/** A condition that is true with its message, or what is known against it. */
export function conditionOf(
  { metadata, status }: Fleet,
  type: string,
): { readonly isTrue: boolean; readonly message: string } {
  if (status?.observedGeneration !== metadata.generation)
    return { isTrue: false, message: "the operator has not looked at the fleet yet" };
  const condition = status.conditions?.find((one) => one.type === type);
  return {
    isTrue: condition?.status === "True",
    message: condition?.message ?? `condition ${type} is not there yet`,
  };
}

/** The addresses that people are told at the moment, by slot. */
export function published({ spec, status }: Fleet): ReadonlyMap<number, PublishedAddress> {
  const ports = { chat: spec.listeners.chat.port, media: spec.listeners.media.port };
  const serving = (status?.addresses ?? []).filter(({ phase }) => phase === "Serving");
  return new Map(serving.map(({ slot, address }) => [slot, { host: address, ...ports }]));
}
