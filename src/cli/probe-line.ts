import { endpointText } from "../probe/endpoint.ts";
import { type ProbeLine, formatProbeLine } from "../probe/line.ts";
import { terminalQr } from "../share/qr.ts";

/** What a line holds, without its token, and the line as a QR code. */
export function describeLine(line: ProbeLine, colour: boolean): string {
  const { trust, endpoints } = line;
  return [
    `operator: ${endpoints.map(endpointText).join(", ")}`,
    trust.kind === "Key"
      ? `known by its key, SHA-256 ${trust.sha256}`
      : "known by a public certificate for its name",
    "",
    terminalQr(formatProbeLine(line), { colour }),
  ].join("\n");
}
