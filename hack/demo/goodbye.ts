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
    say.tell(`Its kubeconfig, ${stage.folder}/admin.conf, works inside the cluster only. A shell there, with kubectl ready:`);
    say.command(`${stage.folder}/enter bash`);
    say.tell("The cluster stays up, and the demo can be run again. To end it and leave nothing behind: make down");
  } else {
    say.tell("To end it, first the fleet, then the addresses' memory, then the operator:");
    say.command(`kubectl delete wap ${fleet.name} -n ${fleet.namespace}`);
    say.command("kubectl delete wapa --all && kubectl delete wapool --all");
    say.command("kubectl delete -f deploy/ -f crds/");
  }
}
