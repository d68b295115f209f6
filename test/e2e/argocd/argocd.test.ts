import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { argoCd as journey, nothingInstalled, wayBack } from "../docs/journeys.ts";
import { Reader } from "../docs/reader.ts";
import { pageOf, tryBlocks } from "../docs/try-blocks.ts";
import { MetricsApi } from "../proxy/metrics-api.ts";
import { autoscalerObject } from "../../objects/autoscaler.ts";
import { accept } from "../stage/acceptance.ts";
import { TestFleet } from "../stage/fleet.ts";
import { apply, kubectl, read, tryKubectl } from "../stage/kubectl.ts";
import { dark, Holder, whatsapp } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { ArgoCd, type Tracking } from "./argo-cd.ts";
import { History } from "./history.ts";
import { type Manifest, Repository, refresh } from "./repository.ts";

const built = existsSync(join(import.meta.dirname, "../../../.tools/argocd/argocd"));
const applications = ["proxyfleet", "proxyfleet-apps", "proxyfleet-fleets", "proxyfleet-pools"];
const page = pageOf(journey);
const on = (...headings: readonly string[]) =>
  page.blocks.filter(({ heading }) => headings.includes(heading));

const family = new TestFleet({
  name: "family",
  namespace: "proxies",
  addresses: [],
  poolName: "metallb-a",
});
const friends = new TestFleet({
  name: "friends",
  namespace: "proxies",
  addresses: ["203.0.113.192/31"],
  slots: 2,
});
const spec = (change: Record<string, unknown>) => (manifest: Manifest) => ({
  ...manifest,
  spec: { ...manifest.spec, ...change },
});
const withOptions =
  (...syncOptions: readonly string[]) =>
  (manifest: Manifest) =>
    spec({ syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions } })(manifest);
const groups = (count: number) => spec({ addresses: { count, pools: [{ name: "friends" }] } });

/** Waits until an Application is in this state, such as "Synced Healthy". */
async function settled(name: string, state: string): Promise<void> {
  const look = async () => {
    const { status } = await read<Application>("application", name, "-n", "argocd");
    return `${status?.sync?.status} ${status?.health?.status}` === state;
  };
  await waitFor(`${name} to be ${state}`, look, { seconds: 60 });
}

interface Application {
  readonly status?: {
    readonly sync?: { readonly status: string };
    readonly health?: { readonly status: string };
    readonly resources?: readonly { readonly kind: string; readonly name: string }[];
  };
}

/** What Argo CD takes for a part of an Application. */
async function partsOf(name: string): Promise<readonly string[]> {
  const { status } = await read<Application>("application", name, "-n", "argocd");
  return (status?.resources ?? []).map((part) => `${part.kind} ${part.name}`).toSorted();
}

/** Of states such as "Synced Healthy", how healthy things were. */
function healths(states: readonly string[]): ReadonlySet<string> {
  return new Set(states.map((state) => state.split(" ")[1] ?? ""));
}

test(
  "Argo CD installs a fleet from git, keeps it so, carries out changes, and goes",
  { skip: built ? false : "Argo CD is not here: make tools builds it, as root" },
  async (t) => {
    const argo = new ArgoCd();
    const reader = new Reader();
    let repository: Repository;
    let history: History;
    let readiness: History | undefined;
    let metrics: MetricsApi | undefined;

    t.before(async () => {
      await whatsapp();
      await Promise.all([reader.type(nothingInstalled), argo.install()]);
      repository = await Repository.create();
      await reader.type(
        `export GIT_{AUTHOR,COMMITTER}_NAME=Platform GIT_{AUTHOR,COMMITTER}_EMAIL=platform@example.org\nREPOSITORY_OF_TEST=${repository.url}`,
      );
      await argo.start("annotation");
      history = new History(
        "applications",
        "argocd",
        "{.status.sync.status} {.status.health.status}",
      );
    });
    t.after(async () => {
      history?.stop();
      readiness?.stop();
      await metrics?.stop();
      reader.leave();
      await argo.remove();
      const cleaner = new Reader();
      await cleaner.type(wayBack);
      cleaner.leave();
      await tryKubectl("delete", "namespace", "proxies", "--ignore-not-found", "--wait=false");
    });

    await t.test("installs all of it, as docs/argocd.md says", async (t) => {
      await tryBlocks(t, {
        blocks: on("Add it to git", "Teach Argo CD the kinds", "Apply the app of apps"),
        journey,
        reader,
      });
      await t.test("a fleet serves, and moves", async () => accept(family, "installed"));
      await t.test("a commit reaches it", async () => {
        await repository.commit("Short drains", {
          "fleets/family.yaml": spec({ rotation: { drain: { scheduled: "5s" } } }),
        });
        await waitFor(
          "the fleet to be as in git",
          async () => (await family.read()).spec.rotation.drain.scheduled === "5s",
        );
      });
      await t.test(
        "a young fleet was Progressing, and neither it nor its pool was Degraded",
        () => {
          assert.ok(healths(history.of("proxyfleet-fleets")).has("Progressing"));
          for (const name of ["proxyfleet-fleets", "proxyfleet-pools"])
            assert.ok(!healths(history.of(name)).has("Degraded"), name);
        },
      );
    });

    for (const tracking of ["annotation", "label"] satisfies Tracking[])
      await t.test(`under ${tracking} tracking`, async (t) => {
        t.before(async () => {
          if (tracking === "label") await argo.change("label");
          readiness ??= new History(
            "wap",
            "proxies",
            '{.status.conditions[?(@.type=="Ready")].status}',
          );
          await refresh();
          for (const name of applications) await settled(name, "Synced Healthy");
          history.startAnew();
          readiness?.startAnew();
        });

        await t.test("at the same time", { concurrency: true }, async (t) => {
          const actions = [
            t.test("the action rotate moves every group", async () => {
              const old = await family.published();
              await argo.act(family.name, "rotate");
              await waitFor("every group to have a fresh address", async () => {
                const now = await family.published();
                return (
                  now.size === old.size &&
                  [...now].every(([slot, { host }]) => old.get(slot)?.host !== host)
                );
              });
            }),

            t.test("an autoscaler adds pods, and takes them away", async () => {
              metrics ??= await MetricsApi.start();
              metrics.cpu = "90m"; // of the 100m that a pod asks for by default
              await apply(autoscalerObject(family));
              await waitFor(
                "3 pods to be ready",
                async () => (await family.read()).status.readyReplicas === 3,
              );
              metrics.cpu = "10m";
              await waitFor(
                "2 pods to be asked for",
                async () => (await family.read()).spec.replicas === 2,
              );
            }),

            t.test("the operator starts anew", async () => {
              await kubectl(
                "rollout",
                "restart",
                "deployment/proxyfleet",
                "-n",
                "proxyfleet-system",
              );
              await kubectl(
                "rollout",
                "status",
                "deployment/proxyfleet",
                "-n",
                "proxyfleet-system",
                "--timeout=90s",
              );
            }),
          ];
          await Promise.all(actions);
        });

        await t.test("a fleet serves, and moves", async () => accept(family, tracking));

        await t.test("all was Synced and Healthy all the while", async () => {
          await refresh();
          for (const name of applications) await settled(name, "Synced Healthy");
          for (const name of ["proxyfleet-fleets", "proxyfleet-pools"])
            assert.deepEqual(history.of(name), ["Synced Healthy"], name);
          // Argo CD's own check of Deployments says so while pods are replaced.
          const others = (name: string) =>
            history
              .of(name)
              .filter((state) => !["Synced Healthy", "Synced Progressing"].includes(state));
          for (const name of ["proxyfleet", "proxyfleet-apps"])
            assert.deepEqual(others(name), [], name);
          assert.deepEqual(readiness?.of(family.name), ["True"]);
          assert.deepEqual(await partsOf("proxyfleet-fleets"), [
            "Namespace proxies",
            "WhatsAppProxy family",
          ]);
        });
      });

    await t.test("server-side apply shows no difference either", async () => {
      const serverSide = withOptions("ServerSideApply=true", "PrunePropagationPolicy=background");
      await repository.commit("Server-side apply", {
        "apps/operator.yaml": serverSide,
        "apps/pools.yaml": serverSide,
        "apps/fleets.yaml": serverSide,
        "fleets/family.yaml": spec({ audience: { countries: ["IR"] } }),
      });
      await waitFor(
        "the fleet to be as in git",
        async () => (await family.read()).spec.audience.countries.length === 1,
      );
      await refresh();
      for (const name of applications) await settled(name, "Synced Healthy");
    });

    await t.test(
      "a number of pods in git is left to the autoscaler where the Application says so",
      async () => {
        const ignored = {
          group: "proxyfleet.dev",
          kind: "WhatsAppProxy",
          jsonPointers: ["/spec/replicas"],
        };
        const options = withOptions(
          "RespectIgnoreDifferences=true",
          "PrunePropagationPolicy=background",
        );
        await repository.commit("Ignore the number of pods", {
          "apps/fleets.yaml": (manifest) =>
            spec({ ignoreDifferences: [ignored] })(options(manifest)),
        });
        const toldToIgnore = async () =>
          (await read<Manifest>("application", "proxyfleet-fleets", "-n", "argocd")).spec[
            "ignoreDifferences"
          ];
        await waitFor(
          "the Application to be as in git",
          async () => (await toldToIgnore()) !== undefined,
        );
        await kubectl("delete", "hpa", family.name, "-n", family.namespace);
        await kubectl("scale", "wap", family.name, "-n", family.namespace, "--replicas=3");
        await repository.commit("Two pods", {
          "fleets/family.yaml": spec({ replicas: 2, audience: { countries: [] } }),
        });
        await waitFor(
          "the fleet to be as in git",
          async () => (await family.read()).spec.audience.countries.length === 0,
        );
        await settled("proxyfleet-fleets", "Synced Healthy");
        assert.equal((await family.read()).spec.replicas, 3);
        await kubectl("scale", "wap", family.name, "-n", family.namespace, "--replicas=2");
      },
    );

    await t.test("what somebody changes by hand is undone", async () => {
      await kubectl(
        "patch",
        "wapool",
        "metallb-a",
        "--type=merge",
        "-p",
        '{"spec":{"addresses":["203.0.113.0/27"]}}',
      );
      const look = async () => (await read<Manifest>("wapool", "metallb-a")).spec["addresses"];
      await waitFor(
        "the pool to be as in git",
        async () => JSON.stringify(await look()) === '["203.0.113.0/26"]',
      );
    });

    await t.test("carries out what changes in git", async (t) => {
      t.before(() => history.startAnew());
      await tryBlocks(t, { blocks: on("To change a fleet"), journey, reader });

      await t.test("without Progressing: only a young fleet is", async () => {
        await settled("proxyfleet-fleets", "Synced Healthy");
        assert.ok(!healths(history.of("proxyfleet-fleets")).has("Progressing"));
        await accept(family, "changed");
      });

      await t.test("a new fleet is Progressing, then Healthy", async () => {
        history.startAnew();
        await repository.commit("Friends", {
          "pools/friends.yaml": friends.pool(),
          "fleets/friends.yaml": friends.manifest(),
        });
        await friends.ready();
        await settled("proxyfleet-fleets", "Synced Healthy");
        assert.ok(healths(history.of("proxyfleet-fleets")).has("Progressing"));
        history.startAnew();
      });

      await t.test("a paused fleet is Suspended", async () => {
        await repository.commit("Pause", { "fleets/friends.yaml": spec({ paused: true }) });
        await settled("proxyfleet-fleets", "Synced Suspended");
        await settled("proxyfleet-apps", "Synced Healthy");
        await repository.commit("Go on", { "fleets/friends.yaml": friends.manifest() });
        await settled("proxyfleet-fleets", "Synced Healthy");
      });

      await t.test(
        "a fleet that a person paused stays so, since git says nothing of it",
        async () => {
          await argo.act(friends.name, "pause");
          await settled("proxyfleet-fleets", "Synced Suspended");
          await repository.commit("Something else", { "pools/friends.yaml": spec({ reserve: 0 }) });
          await waitFor(
            "the pool to change",
            async () => (await read<Manifest>("wapool", friends.name)).spec["reserve"] === 0,
          );
          await settled("proxyfleet-fleets", "Synced Suspended");
          await argo.act(friends.name, "resume");
          await settled("proxyfleet-fleets", "Synced Healthy");
        },
      );

      await t.test("a fleet with fewer slots than wanted is Degraded", async () => {
        await repository.commit("More groups than addresses", { "fleets/friends.yaml": groups(3) });
        await settled("proxyfleet-fleets", "Synced Degraded");
        await friends.condition("PoolExhausted", "True");
        await repository.commit("As many as before", { "fleets/friends.yaml": groups(2) });
        await settled("proxyfleet-fleets", "Synced Healthy");
      });

      await t.test("in all of this, nothing was Progressing", () => {
        assert.deepEqual([...healths(history.of("proxyfleet-fleets"))].toSorted(), [
          "Degraded",
          "Healthy",
          "Suspended",
        ]);
        assert.deepEqual([...healths(history.of("proxyfleet-pools"))], ["Healthy"]);
      });

      await t.test(
        "a fleet that is taken out of git ends at once, and leaves its addresses in quarantine",
        async () => {
          const old = await friends.published();
          const somebody = await Holder.at(old.get(0)!);
          await repository.commit("No more friends", { "fleets/friends.yaml": "gone" });
          await somebody.ended;
          await waitFor(
            "the fleet to be gone",
            async () =>
              (await tryKubectl("get", "wap", friends.name, "-n", friends.namespace)).code !== 0,
          );
          for (const { host } of old.values()) await friends.phase(host, "Quarantined");
          for (const address of old.values())
            assert.ok((await dark(address)).dark, `${address.host} is not dark`);
          await settled("proxyfleet-fleets", "Synced Healthy");
        },
      );
    });

    await t.test("goes, and leaves what serves", async (t) => {
      let published: Awaited<ReturnType<typeof family.published>>;
      t.before(async () => {
        published = await family.published();
      });
      await tryBlocks(t, { blocks: on("To upgrade", "To leave Argo CD"), journey, reader });
      await t.test("the fleet serves on", async () => {
        await waitFor(
          "no Application to be left",
          async () => (await kubectl("get", "applications", "-n", "argocd", "-o", "name")) === "",
        );
        assert.deepEqual(await family.published(), published);
        await accept(family, "left");
      });
    });
  },
);
