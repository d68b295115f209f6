import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { request } from "undici";
import { freePorts } from "../../../tooling/free-ports.ts";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

const program = join(import.meta.dirname, "../../../.tools/prometheus");

/** Why a test that needs Prometheus is left out; false where there is one. */
export const withoutPrometheus = existsSync(program)
  ? false
  : "NOT TESTED: Prometheus is not here. test/chart/prometheus.sh fetches it.";

/** One series of an answer, and its value. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * A real Prometheus that reads one program's metrics every second, as the chart's ServiceMonitor
 * asks: labels that the metrics bring win over those of the target. It dies with this process.
 */
export class Prometheus {
  readonly #url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.#url = url;
    this.#child = child;
  }

  /** Starts it, and waits until it has read once. */
  static async scraping(
    port: number,
    labels: Readonly<Record<string, string>>,
  ): Promise<Prometheus> {
    const folder = mkdtempSync(join(tmpdir(), "proxyfleet-prometheus-"));
    removeAtExit(folder);
    const targets = [{ targets: [`127.0.0.1:${port}`], labels }];
    const job = { job_name: "proxyfleet", honor_labels: true, static_configs: targets };
    const global = { scrape_interval: "1s", scrape_timeout: "1s" };
    writeFileSync(
      join(folder, "prometheus.yml"),
      JSON.stringify({ global, scrape_configs: [job] }),
    );
    const [own] = await freePorts(1);
    const flags = [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${own}`,
      "--log.level=error",
    ];
    const child = spawn("setpriv", ["--pdeathsig", "KILL", "--", program, ...flags], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    const started = new Prometheus(`http://127.0.0.1:${own}`, child);
    await waitFor("Prometheus to read the metrics", async () => {
      const [up] = await started.query("up");
      return up?.value === 1;
    });
    return started;
  }

  /** What an expression comes to now. @throws Error with Prometheus' words where it refuses it */
  async query(expr: string): Promise<readonly Sample[]> {
    const { body } = await request(`${this.#url}/api/v1/query`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ query: expr }).toString(),
    });
    const answer = (await body.json()) as Answer;
    if (answer.status !== "success") throw new Error(`${expr}: ${answer.error}`);
    return answer.data.result.map(({ metric, value }) => ({
      labels: metric,
      value: Number(value[1]),
    }));
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill("SIGKILL");
    await once(this.#child, "exit");
  }
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value: readonly [number, string];
    }[];
  };
}
