import { renderChart } from "../../../tooling/chart/render.ts";
import { kubectl } from "../stage/kubectl.ts";
import { at } from "../stage/people.ts";
import { succeed } from "../stage/process.ts";

/** The operator's own namespace. */
export const home = "proxyfleet-system";

/** The name in the certificate of WhatsApp's host. */
export const whatsAppName = "whatsapp.net";

/** Installs the operator with these values, over what is there. */
export async function install(values: object): Promise<void> {
  const manifests = await renderChart({ ...values, crds: { enabled: false } });
  await succeed(["kubectl", "apply", "--server-side", "--force-conflicts", "-f", "-"], manifests);
  await kubectl("rollout", "status", "deployment/proxyfleet", "-n", home, "--timeout=120s");
}

/** What WhatsApp's host shows, as PEM. It stands for a certificate that everybody trusts. */
export async function whatsAppCertificate(): Promise<string> {
  const script = `const { connect } = require("node:tls");
const options = { host: "192.0.2.10", port: 443, servername: "${whatsAppName}", rejectUnauthorized: false };
const secure = connect(options, () => {
  console.log(secure.getPeerX509Certificate().toString());
  secure.end();
});`;
  return succeed(at("abroad", "--eval", script));
}
