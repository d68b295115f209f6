import { namespaceObject } from "../../objects/namespace.ts";
import { FakeDataPlane } from "./fake-data-plane.ts";
import { FakeControllers } from "./fake-controllers.ts";
import { OperatorProcess } from "../operator/operator-process.ts";
import { ApiServer } from "../api-server/api-server.ts";
import { installCrds } from "../api-server/crds.ts";

/**
 * With it in its environment an operator asks pods at their own addresses, as it does in a cluster:
 * those at which the stand-in for the data plane answers.
 */
export const inCluster = { KUBERNETES_SERVICE_HOST: "127.0.0.1" };

/** Where the operator keeps what it has learnt, unless a flag says otherwise. */
const operatorNamespace = "proxyfleet-system";

/**
 * A real API server with Proxyfleet's kinds, and stand-ins for all else that an operator meets:
 * other controllers, pods and the way to them.
 */
export class FakeCluster {
  readonly server: ApiServer;
  readonly controllers: FakeControllers;
  readonly #dataPlane: FakeDataPlane;
  readonly #operators: OperatorProcess[] = [];

  private constructor(server: ApiServer, controllers: FakeControllers, dataPlane: FakeDataPlane) {
    this.server = server;
    this.controllers = controllers;
    this.#dataPlane = dataPlane;
  }

  static async start(): Promise<FakeCluster> {
    const server = await ApiServer.start();
    await installCrds(server);
    await server.call("POST", "/api/v1/namespaces", namespaceObject(operatorNamespace));
    const controllers = new FakeControllers(server.kubeconfig);
    await controllers.start();
    return new FakeCluster(server, controllers, await FakeDataPlane.open(controllers));
  }

  /** An operator of this cluster, which ends with it at the latest. */
  runOperator(flags: readonly string[] = []): OperatorProcess {
    const operator = new OperatorProcess(this.server.kubeconfig, inCluster, flags);
    this.#operators.push(operator);
    return operator;
  }

  async stop(): Promise<void> {
    for (const operator of this.#operators) operator.kill();
    await Promise.all(this.#operators.map(async (operator) => operator.gone()));
    this.#dataPlane.close();
    await this.controllers.stop();
    await this.server.stop();
  }
}
