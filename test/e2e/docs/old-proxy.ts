import type { Deployment } from "../../../src/kubernetes/objects.ts";
import { deploymentObject } from "../../objects/deployment.ts";
import { namespaceObject } from "../../objects/namespace.ts";
import { secretObject } from "../../objects/secret.ts";
import { serviceObject } from "../../objects/service.ts";
import { apply, kubectl, tryKubectl } from "../stage/kubectl.ts";
import { makeCertificate } from "../../stand-ins/whatsapp/certificate.ts";

const namespace = "whatsapp";
const name = "whatsapp-proxy";

/**
 * A proxy as people have one today, before they know Proxyfleet: a Deployment, and one Service with
 * an address of the load balancer.
 */
export class OldProxy {
  readonly address = "203.0.113.200";

  async install(): Promise<void> {
    const { certificate, key } = await makeCertificate(new Date());
    await kubectl("wait", `namespace/${namespace}`, "--for=delete", "--timeout=60s");
    const labels = { app: name };
    const files = { "haproxy.cfg": configuration, "proxy.pem": `${certificate}\n${key}` };
    const ports = [443, 587].map((port) => ({ name: `p${port}`, port, targetPort: port + 10_000 }));
    await apply(
      namespaceObject(namespace),
      secretObject({ name, namespace, files }),
      deploymentObject({ name, namespace, spec: deployment(labels) }),
      serviceObject({
        name,
        namespace,
        metadata: { annotations: { "metallb.io/loadBalancerIPs": this.address } },
        spec: { type: "LoadBalancer", selector: labels, ports },
      }),
    );
    await kubectl("rollout", "status", `deployment/${name}`, "-n", namespace, "--timeout=60s");
    await kubectl(
      "wait",
      `service/${name}`,
      "-n",
      namespace,
      "--for=jsonpath={.status.loadBalancer.ingress}",
      "--timeout=30s",
    );
  }

  async remove(): Promise<void> {
    await tryKubectl("delete", "namespace", namespace, "--ignore-not-found", "--wait=false");
  }
}

const configuration = `
global
    maxconn 1000
defaults
    mode tcp
    timeout connect 5s
    timeout client 200s
    timeout server 200s
frontend chat
    bind :10443 ssl crt /etc/proxy/proxy.pem
    default_backend chat
frontend media
    bind :10587
    default_backend media
backend chat
    server chat 192.0.2.10:5222 send-proxy
backend media
    server media 192.0.2.10:443
`;

function deployment(labels: Record<string, string>): Deployment["spec"] {
  const container = {
    name: "proxy",
    image: "proxyfleet/proxy:0.1.0",
    imagePullPolicy: "Never",
    command: ["haproxy", "-f", "/etc/proxy/haproxy.cfg"],
    readinessProbe: { tcpSocket: { port: 10_443 }, periodSeconds: 1 },
    volumeMounts: [{ name: "config", mountPath: "/etc/proxy" }],
  };
  const spec = {
    terminationGracePeriodSeconds: 1,
    containers: [container],
    volumes: [{ name: "config", secret: { secretName: name } }],
  };
  return {
    replicas: 2,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec },
  };
}
