/** A server to scan, on loopback. */
export interface Target {
  readonly name: string;
  /** What it belongs to: a fleet, or only itself. */
  readonly group: string;
  readonly port: number;
  /** Where a lane of ours serves media. */
  readonly mediaPort?: number;
}

/** Servers that run, until they are stopped. */
export interface Targets {
  readonly targets: readonly Target[];
  readonly stop: () => Promise<void>;
}
