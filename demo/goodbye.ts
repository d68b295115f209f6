import { fleet } from "./fleet.ts";
import type { Scene } from "./scene.ts";

/** How to look around, and how to end it. */
export function sayGoodbye({ stage, say }: Scene): void {
  const kubectl = stage.kubectlByHand;
  say.step("Look around");
  say.command(`${kubectl} describe wap ${fleet.name} -n ${fleet.namespace}`);
  say.command(`${kubectl} get pods,services -n ${fleet.namespace}`);
  say.command(`${kubectl} logs -n proxyfleet-system deployment/proxyfleet`);
  say.command(`${kubectl} explain wap.spec`);
  if (stage.kind === "embedded") {
    say.tell(
      `Its kubeconfig, ${stage.folder}/admin.conf, works inside the cluster only. A shell there, with kubectl ready:`,
    );
    say.command(`${stage.folder}/enter bash`);
    say.tell(
      "The cluster stays up, and the demo can be run again. To end it and leave nothing behind: make down",
    );
  } else {
    say.tell(
      "This fleet keeps its short drain: set spec.rotation.drain.scheduled to 24h before people use it.",
    );
    say.tell(
      "To end it: the fleet, its entries in the ledger, the pool, and the operator if no other fleet needs it.",
    );
    say.command(`kubectl delete wap ${fleet.name} -n ${fleet.namespace}`);
    say.command(
      `kubectl delete wapa -l proxyfleet.dev/fleet=${fleet.name},proxyfleet.dev/fleet-namespace=${fleet.namespace}`,
    );
    say.command("kubectl delete wapool metallb-a");
    say.command("kubectl delete -f dist/install.yaml");
  }
}
