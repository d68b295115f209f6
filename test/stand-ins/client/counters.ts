import type { WhatsAppReport } from "../whatsapp/counters.ts";
import { failed } from "./outcome.ts";

/**
 * Asks the WhatsApp that is played on this host what it has seen. Its counters are on loopback
 * only.
 * @throws AttemptError if nobody plays it here
 */
export async function readCounters(port: number, signal: AbortSignal): Promise<WhatsAppReport> {
  try {
    const response = await fetch(`http://127.0.0.1:${String(port)}/`, { signal });
    return (await response.json()) as WhatsAppReport;
  } catch (error) {
    throw failed("answer", (error as Error).cause ?? error);
  }
}
