import { connect } from "node:net";
import { ProxyfleetError } from "../../values/errors.ts";

/** Nobody listens at an address, or whoever does hangs up at once. */
export class OpenPortError extends ProxyfleetError {}

/**
 * Connects, and sees that the other side keeps the connection. No byte is sent: what lies behind
 * speaks its own protocol.
 * @param keptMs how long it must stay open
 * @param timeoutMs limit for connecting
 * @throws OpenPortError
 */
export async function keepsConnections(
  target: { readonly host: string; readonly port: number },
  keptMs: number,
  timeoutMs: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(target);
    const fail = (why: string, cause?: Error) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new OpenPortError(`connection to port ${target.port} ${why}`, { cause }));
    };
    let timer = setTimeout(() => fail(`had no answer in ${timeoutMs / 1000} s`), timeoutMs);
    socket.once("error", (error) => fail("failed", error));
    socket.once("close", () => fail("was ended at once"));
    socket.once("connect", () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        socket.removeAllListeners("close").destroy();
        resolve();
      }, keptMs);
    });
    // Without a reader, the other side's end would not be noticed.
    socket.resume();
  });
}
