const mebibyte = 1024 * 1024;

/** Of a silent chat connection in bytes, the kernel's part included: the most that one needs. */
const ofConnection = 37_000;

/**
 * Of a pod without connections, in MiB: HAProxy and the supervisor, bytes on their way, and what a
 * reload leaves behind. The supervisor divides a limit by the same two numbers.
 */
const ofPod = 192;

/** What a pod requests at most for itself, in MiB; and for how much of its connections. */
const request = { ofPod: 64, ofConnections: 0.1, most: 1024 };

/**
 * The memory that a pod of so many connections requests, and its limit. A full pod stays below the
 * limit: one that is killed sends its phones to the next, which is full too. A request for all of
 * it would keep nodes idle, so it is for a tenth.
 */
export function podMemory(maxConnections: number): {
  readonly request: string;
  readonly limit: string;
} {
  const connections = (maxConnections * ofConnection) / mebibyte;
  const requested = Math.min(request.ofPod + request.ofConnections * connections, request.most);
  return { request: `${Math.ceil(requested)}Mi`, limit: `${Math.ceil(ofPod + connections)}Mi` };
}
