import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Argv } from "./run.ts";
import { DemoError } from "./say.ts";

/**
 * Where the demo plays: the embedded cluster with its test hosts, or the cluster of the current
 * kubeconfig.
 */
export type Stage = EmbeddedStage | CurrentStage;

interface AnyStage {
  /** kubectl, ready to be given arguments; and as a person types it. */
  readonly kubectl: Argv;
  readonly kubectlByHand: string;
  /**
   * The client of people behind the border, ready to be given a subcommand; and where it runs, in
   * words.
   */
  readonly client: Argv;
  readonly clientPlace: string;
}

export interface EmbeddedStage extends AnyStage {
  readonly kind: "embedded";
  /** The folder of the cluster. */
  readonly folder: string;
  /** The node of the cluster, ready to be given a command. */
  readonly enter: Argv;
  /** The host that plays WhatsApp, ready to be given a command. */
  readonly whatsappHost: Argv;
}

/** Clients run on this machine, and WhatsApp is the real one. */
export interface CurrentStage extends AnyStage {
  readonly kind: "current";
}

const clientProgram = join(import.meta.dirname, "../test/stand-ins/client.ts");

/**
 * The embedded cluster in this folder.
 * @throws DemoError if it is not there
 */
export function embeddedStage(folder: string): EmbeddedStage {
  const [enter, at] = [resolve(folder, "enter"), resolve(folder, "at")];
  if (!existsSync(enter))
    throw new DemoError(`there is no cluster in ${folder}. Start one: make cluster images deploy`);
  return {
    kind: "embedded",
    kubectl: [enter, "kubectl"],
    kubectlByHand: `${folder}/enter kubectl`,
    client: [at, "inside", process.execPath, clientProgram],
    clientPlace: "the host inside (198.51.101.2), behind the border",
    enter: [enter],
    whatsappHost: [at, "meta"],
    folder,
  };
}

/** The cluster of the current kubeconfig. */
export function currentStage(): CurrentStage {
  return {
    kind: "current",
    kubectl: ["kubectl"],
    kubectlByHand: "kubectl",
    client: [process.execPath, clientProgram, "--real"],
    clientPlace: "this machine",
  };
}
