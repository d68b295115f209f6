/**
 * Where the supervisor keeps what HAProxy reads and the sockets it answers on: memory only, gone
 * with the pod.
 */
export const runDirectory = "/run/proxyfleet";

/** The ranges whose PROXY header a lane believes. They change at run time. */
export function proxiesFile(lane: number): string {
  return `${runDirectory}/lanes/${lane}.proxies`;
}
