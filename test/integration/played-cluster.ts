import { Doors } from "../bench/doors.ts";
import { Neighbours } from "../bench/neighbours.ts";
import { ApiServer } from "./apiserver.ts";
import { installCrds } from "./crds.ts";

/**
 * With it in its environment an operator asks pods at their own addresses, as it does in a cluster:
 * those at which the stand-in for the data plane answers.
 */
export const inCluster = { KUBERNETES_SERVICE_HOST: "127.0.0.1" };

/**
 * A real API server with Proxyfleet's kinds, and stand-ins for all else that an operator meets:
 * other controllers, pods and the way to them.
 */
export class PlayedCluster {
  readonly server: ApiServer;
  readonly #neighbours: Neighbours;
  readonly #doors: Doors;

  private constructor(server: ApiServer, neighbours: Neighbours, doors: Doors) {
    this.server = server;
    this.#neighbours = neighbours;
    this.#doors = doors;
  }

  static async start(): Promise<PlayedCluster> {
    const server = await ApiServer.start();
    await installCrds(server);
    const neighbours = new Neighbours(server.kubeconfig);
    await neighbours.start();
    return new PlayedCluster(server, neighbours, await Doors.open(neighbours));
  }

  async stop(): Promise<void> {
    this.#doors.close();
    await this.#neighbours.stop();
    await this.server.stop();
  }
}
