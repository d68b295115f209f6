/** How the dashboard is served. */
export interface DashboardSettings {
  readonly port: number;
  /** The Secret with a certificate, in the operator's namespace. Undefined: plain HTTP. */
  readonly certificateSecret: string | undefined;
}
