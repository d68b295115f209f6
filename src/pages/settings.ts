/** How share pages are served. */
export interface PagesSettings {
  readonly port: number;
  /** Where other replicas reach this one; undefined where there is no other. */
  readonly podIp: string | undefined;
  /** The Secret with a certificate, in the operator's namespace. Undefined: plain HTTP. */
  readonly certificateSecret: string | undefined;
}
