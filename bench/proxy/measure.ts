import { rm } from "node:fs/promises";
import { join } from "node:path";
import { lanePort } from "../../src/ledger/lanes.ts";
import { answers, Child } from "./child.ts";
import type { Encryption, Load } from "./load.ts";
import {
  type Contender,
  contenders,
  mountedFiles,
  type Programs,
  type Proxy,
  startProxy,
  startSupervisor,
  supervisorReady,
} from "./proxies.ts";
import type { Samples } from "./samples.ts";

/** What is measured, as the titles of tables and plots have it. */
export const panels = {
  handshakes: "TLS handshakes alone, per second and core",
  arrivals: "Arrivals, per second and core",
  throughput: "Media, Gbit/s",
  efficiency: "Media, Gbit per CPU second",
  chatMemory: "Memory of a silent chat connection, kB",
  mediaMemory: "Memory of a silent media connection, kB",
  latency: "Added to a message's way, µs",
  start: "Start of a pod with 256 lanes, ms",
} as const;

export const streamCounts = [1, 100, 1_000] as const;
const holdings = { chat: [2_500, 5_000, 9_000], media: [2_500, 5_000, 7_900] } as const;
const gigabit = 1e9 / 8;
const starts = 5;
const largestBank = 256;

/** How long each measurement lasts, and how often it is made. */
export interface Effort {
  readonly rounds: number;
  readonly seconds: number;
  readonly pings: number;
}

/**
 * Measures all contenders, one after the other in each step, so that what else the machine does
 * meets them alike.
 */
export class Measurement {
  readonly #samples: Samples;
  readonly #load: Load;
  readonly #programs: Programs;

  constructor(samples: Samples, load: Load, programs: Programs) {
    this.#samples = samples;
    this.#load = load;
    this.#programs = programs;
  }

  /** Memory first: what has carried load keeps some of it. */
  async memory(): Promise<void> {
    for (const listener of ["chat", "media"] as const)
      for (const contender of contenders) {
        const proxy = await startProxy(contender, this.#programs);
        try {
          await this.#hold(listener, contender, proxy);
        } finally {
          await proxy.stop();
        }
      }
  }

  async #hold(listener: "chat" | "media", contender: Contender, proxy: Proxy): Promise<void> {
    const port = proxy[listener];
    if (port === undefined) return;
    const encryption = listener === "chat" ? "full" : "none";
    const [empty, ...held] = await this.#load.idle(
      { port, pid: proxy.pid, encryption },
      holdings[listener],
    );
    for (const { connections, residentBytes } of held) {
      const each = (residentBytes - (empty?.residentBytes ?? 0)) / connections / 1_000;
      this.#samples.add({
        panel: panels[`${listener}Memory`],
        label: `${connections} connections`,
        contender,
        value: each,
      });
    }
  }

  /** All that is measured under load, with the same three processes. */
  async rounds({ rounds, seconds, pings }: Effort): Promise<void> {
    const proxies = await Promise.all(
      contenders.map(
        async (contender) => [contender, await startProxy(contender, this.#programs)] as const,
      ),
    );
    try {
      for (let round = 0; round < rounds; round++) {
        const turned = [
          ...proxies.slice(round % proxies.length),
          ...proxies.slice(0, round % proxies.length),
        ];
        await this.#arrivals(turned, seconds);
        await this.#streams(turned, seconds);
        await this.#pings(turned, pings);
      }
    } finally {
      await Promise.all(proxies.map(async ([, proxy]) => proxy.stop()));
    }
  }

  /**
   * An arrival is a connection with one byte and its echo. What one on chat costs more than one on
   * media, which is the same without TLS, is its handshake, and the few bytes that are encrypted.
   */
  async #arrivals(
    proxies: readonly (readonly [Contender, Proxy])[],
    seconds: number,
  ): Promise<void> {
    for (const [contender, { chat, media, pid }] of proxies) {
      const plain = await this.#arrive(contender, {
        label: "media",
        target: { port: media, pid, encryption: "none" },
        seconds,
      });
      if (chat === undefined) continue;
      for (const [encryption, label] of [
        ["full", "whole handshake"],
        ["resumed", "session resumed"],
      ] as const) {
        const encrypted = await this.#arrive(contender, {
          label: `chat, ${label}`,
          target: { port: chat, pid, encryption },
          seconds,
        });
        this.#samples.add({
          panel: panels.handshakes,
          label,
          contender,
          value: 1 / (encrypted - plain),
        });
      }
    }
  }

  /** @returns the CPU seconds of one arrival */
  async #arrive(
    contender: Contender,
    {
      label,
      target,
      seconds,
    }: {
      readonly label: string;
      readonly target: { port: number; pid: number; encryption: Encryption };
      readonly seconds: number;
    },
  ): Promise<number> {
    const { connections, resumed, failed, cpuSeconds } = await this.#load.arrive(target, seconds);
    if (failed > 0)
      throw new Error(
        `${contender}, ${label}: ${failed} of ${failed + connections} connections failed`,
      );
    const expected = target.encryption === "resumed" ? connections : 0;
    if (resumed !== expected)
      throw new Error(`${contender}, ${label}: ${resumed} of ${connections} sessions were resumed`);
    this.#samples.add({
      panel: panels.arrivals,
      label,
      contender,
      value: connections / cpuSeconds,
    });
    return cpuSeconds / connections;
  }

  async #streams(
    proxies: readonly (readonly [Contender, Proxy])[],
    seconds: number,
  ): Promise<void> {
    for (const streams of streamCounts)
      for (const [contender, { media, pid }] of proxies) {
        const flow = await this.#load.stream({ port: media, pid }, streams, seconds);
        if (flow.broken > 0)
          throw new Error(`${contender}: ${flow.broken} of ${streams} streams broke off`);
        const label = `${streams} ${streams === 1 ? "stream" : "streams"}`;
        this.#samples.add({
          panel: panels.throughput,
          label,
          contender,
          value: flow.bytes / gigabit / flow.seconds,
        });
        this.#samples.add({
          panel: panels.efficiency,
          label,
          contender,
          value: flow.bytes / gigabit / flow.cpuSeconds,
        });
      }
  }

  async #pings(proxies: readonly (readonly [Contender, Proxy])[], pings: number): Promise<void> {
    const direct = await this.#load.ping({ port: this.#programs.upstreamPort }, pings);
    for (const listener of ["chat", "media"] as const)
      for (const [contender, proxy] of proxies) {
        const port = proxy[listener];
        if (port === undefined) continue;
        const through = await this.#load.ping(
          { port, encryption: listener === "chat" ? "full" : "none" },
          pings,
        );
        this.#samples.add({
          panel: panels.latency,
          label: `${listener}, p50`,
          contender,
          value: through.p50Microseconds - direct.p50Microseconds,
        });
        this.#samples.add({
          panel: panels.latency,
          label: `${listener}, p99`,
          contender,
          value: through.p99Microseconds - direct.p99Microseconds,
        });
      }
  }

  /**
   * Our pod's start, beside that of HAProxy alone with the same configuration and files: its share
   * is what the supervisor adds.
   */
  async starts(): Promise<void> {
    const mounted = await mountedFiles(largestBank, this.#programs);
    for (let time = 0; time < starts; time++) {
      await rm(join(this.#programs.folder, "run"), { recursive: true, force: true });
      const began = performance.now();
      const supervisor = await startSupervisor(mounted, this.#programs);
      await supervisorReady(supervisor);
      this.#samples.add({
        panel: panels.start,
        label: "until it is ready",
        contender: "ours",
        value: performance.now() - began,
      });
      await supervisor.child.leave();
      this.#samples.add({
        panel: panels.start,
        label: "until it is ready",
        contender: "bare",
        value: await this.#startAlone(join(supervisor.runDirectory, "haproxy.cfg")),
      });
    }
  }

  async #startAlone(config: string): Promise<number> {
    const began = performance.now();
    const child = new Child(this.#programs.haproxy, ["-db", "-f", config]);
    await child.waitUntil("HAProxy's last lane", async () =>
      answers(lanePort(largestBank - 1, "media")),
    );
    const took = performance.now() - began;
    await child.stop();
    return took;
  }
}
