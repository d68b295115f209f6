import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { at } from "../stage/people.ts";
import { succeed } from "../stage/process.ts";
import type { PublishedAddress } from "../../stand-ins/client/load.ts";

const program = join(import.meta.dirname, "header-balancer.ts");

/** A load balancer on the host abroad, which sends PROXY headers to one address of a fleet. */
export class HeaderBalancer {
  /** Where people connect. */
  readonly entrance: PublishedAddress;
  readonly #child: ChildProcess;

  /** Starts one with this address of its own, 198.51.100.<last>; resolves when it listens. */
  static async before(target: PublishedAddress, last: number): Promise<HeaderBalancer> {
    const own = `198.51.100.${last}`;
    const place = ["ip", "address", "replace", `${own}/24`, "dev", "eth0"];
    await succeed(["nsenter", "--net=/run/netns/abroad", ...place]);
    const { host, chat, media } = target;
    const [nsenter = "", ...args] = at("abroad", program, own, host, String(chat), String(media));
    const child = spawn(nsenter, args, { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    return new HeaderBalancer(child, { host: own, chat, media });
  }

  private constructor(child: ChildProcess, entrance: PublishedAddress) {
    this.#child = child;
    this.entrance = entrance;
  }

  end(): void {
    this.#child.kill();
  }
}
