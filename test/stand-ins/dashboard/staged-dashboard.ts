import { pino } from "pino";
import { addressIndexes } from "../../../src/cluster/caches.ts";
import type { KubeEvent } from "../../../src/kubernetes/events.ts";
import type { CustomObject } from "../../../src/kubernetes/objects.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import { instant } from "../../../src/values/time.ts";
import { type Access, bearerToken, refusal } from "../../../src/web/access.ts";
import { type OperatedDashboardOptions, operateDashboard } from "../../../src/web/io/operate.ts";
import type { Rights } from "../../../src/web/rights.ts";
import type { CountedFleet } from "../../../src/web/sessions.ts";
import { buildDashboardPage } from "../../../tooling/dashboard-page.ts";

/** What a stage shows. */
export interface Shown {
  readonly fleets?: readonly CustomObject[];
  readonly addresses?: readonly CustomObject[];
  readonly pools?: readonly CustomObject[];
  readonly events?: readonly KubeEvent[];
  readonly sessions?: readonly CountedFleet[];
}

/** What differs from what is usual. */
export type Staging = Pick<Partial<OperatedDashboardOptions>, "limits" | "streams">;

export const everything: Rights = { namespaces: "All", ledger: true, pools: true };
/** Who signs in with this token sees everything. */
export const adminToken = "admin-token";

/**
 * The dashboard over caches that a test fills. Only the API server is missing: who may see what is
 * said by `rights`, by token.
 */
export class StagedDashboard {
  readonly origin: string;
  readonly rights: Map<string, Rights>;
  sessions: readonly CountedFleet[] = [];
  isCurrent = true;
  readonly #stores: Stores;
  readonly #stop: AbortController;
  readonly #ended: Promise<void>;
  #version = 1000;

  private constructor(parts: Parts) {
    this.origin = `http://127.0.0.1:${parts.port}`;
    this.rights = parts.rights;
    this.#stores = parts.stores;
    this.#stop = parts.stop;
    this.#ended = parts.ended;
  }

  static async start(shown: Shown, options: Staging = {}): Promise<StagedDashboard> {
    const { files } = await buildDashboardPage();
    const stores = storesOf();
    const rights = new Map<string, Rights>([[adminToken, everything]]);
    const stop = new AbortController();
    const live: { stage?: StagedDashboard } = {};
    const started = Promise.withResolvers<number>();
    const ended = operateDashboard(
      {
        settings: { port: 0, host: "127.0.0.1", certificateSecret: undefined },
        files,
        caches: stores,
        client: {
          get: async () => undefined,
          list: async () =>
            ({
              items: shown.events ?? [],
              resourceVersion: "1",
              continueToken: undefined,
            }) as never,
        },
        namespace: "proxyfleet-system",
        accessTo: () => accessBy(rights),
        sessions: () => live.stage?.sessions ?? [],
        isCurrent: () => live.stage?.isCurrent ?? true,
        now: () => instant(Date.now()),
        ...options,
        served: started.resolve,
        log: pino({ level: "silent" }),
      },
      stop.signal,
    );
    const port = await started.promise;
    const stage = new StagedDashboard({ port, rights, stores, stop, ended });
    live.stage = stage;
    stage.sessions = shown.sessions ?? [];
    const { fleets = [], addresses = [], pools = [] } = shown;
    for (const object of [...fleets, ...addresses, ...pools]) stage.put(object);
    return stage;
  }

  /** Whoever opens this is signed in. */
  urlFor(token: string): string {
    return `${this.origin}/#key=${token}`;
  }

  /** The cluster has this object from now on. */
  put(object: CustomObject): void {
    const metadata = { ...object.metadata, resourceVersion: String(++this.#version) };
    this.#storeOf(object).recordEvent("MODIFIED", { ...object, metadata });
  }

  remove(object: CustomObject): void {
    const metadata = { ...object.metadata, resourceVersion: String(++this.#version) };
    this.#storeOf(object).recordEvent("DELETED", { ...object, metadata });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  #storeOf({ kind }: CustomObject): Store<CustomObject> {
    const { fleets, addresses, pools } = this.#stores;
    if (kind === "WhatsAppProxy") return fleets;
    return kind === "AddressPool" ? pools : addresses;
  }
}

type Stores = ReturnType<typeof storesOf>;

interface Parts {
  readonly port: number;
  readonly rights: Map<string, Rights>;
  readonly stores: Stores;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

function storesOf() {
  return {
    fleets: new Store<CustomObject>(),
    addresses: new Store<CustomObject>(addressIndexes),
    pools: new Store<CustomObject>(),
  };
}

function accessBy(rights: ReadonlyMap<string, Rights>): Access {
  return {
    admit: async (authorization) => {
      const token = bearerToken(authorization) ?? "";
      const known = rights.get(token);
      if (known === undefined) return refusal("SignIn");
      const viewer = { id: token, rights: known, mayReadEvents: async () => true };
      return { kind: "Viewer", viewer };
    },
  };
}
