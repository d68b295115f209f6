import { Agent, setGlobalDispatcher } from "undici";

/** More than any answer that we ask for: a measurement by 500 probes has 5 MB at most. */
const mostBytes = 8 * 2 ** 20;

/**
 * Bounds all answers that this process reads with the global `fetch`: Globalping's client reads them
 * whole, and takes no dispatcher of its own. Our other requests don't use it.
 * @param connect how a host is reached; by default as usual
 */
export function boundFetch(connect?: Agent.Options["connect"], most = mostBytes): void {
  setGlobalDispatcher(
    new Agent({ maxResponseSize: most, ...(connect === undefined ? {} : { connect }) }),
  );
}
