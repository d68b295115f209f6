/**
 * Where the supervisor keeps what HAProxy reads and the sockets it answers on: memory only, gone
 * with the pod.
 */
export const runDirectory = "/run/proxyfleet";
