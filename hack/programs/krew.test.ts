import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import lock from "../../package-lock.json" with { type: "json" };
import packageJson from "../../package.json" with { type: "json" };
import { krewManifest } from "./krew.ts";
import { nodeVersion, platforms } from "./platforms.ts";

/** What Krew holds a manifest to (its internal/index/validation, v0.4.5). */
const manifestShape = z.strictObject({
  apiVersion: z.literal("krew.googlecontainertools.github.com/v1alpha2"),
  kind: z.literal("Plugin"),
  metadata: z.strictObject({ name: z.literal("proxyfleet") }),
  spec: z.strictObject({
    version: z.string().regex(/^v\d+\.\d+\.\d+/),
    homepage: z.url(),
    shortDescription: z.string().min(1).max(50),
    description: z.string().min(1),
    caveats: z.string(),
    platforms: z
      .array(
        z.strictObject({
          selector: z.strictObject({
            matchLabels: z.strictObject({
              os: z.enum(["linux", "darwin", "windows"]),
              arch: z.enum(["amd64", "arm64"]),
            }),
          }),
          uri: z.url().regex(/\.zip$/),
          sha256: z.string().regex(/^[0-9a-f]{64}$/),
          bin: z.string(),
        }),
      )
      .min(1),
  }),
});

test("Krew's manifest names an archive for each platform", () => {
  const archives = platforms.map((platform) => ({ platform, sha256: "ab12".repeat(16) }));
  const places = { home: "https://example.org", base: "https://example.org/v0.1.0" };
  const made = krewManifest("0.1.0", places, archives);
  const { spec } = manifestShape.parse(made);
  assert.deepEqual(
    spec.platforms.map(({ uri, bin }) => [uri.split("/").at(-1), bin]),
    [
      ["kubectl-proxyfleet-0.1.0-linux-amd64.zip", "kubectl-proxyfleet"],
      ["kubectl-proxyfleet-0.1.0-linux-arm64.zip", "kubectl-proxyfleet"],
      ["kubectl-proxyfleet-0.1.0-darwin-amd64.zip", "kubectl-proxyfleet"],
      ["kubectl-proxyfleet-0.1.0-darwin-arm64.zip", "kubectl-proxyfleet"],
      ["kubectl-proxyfleet-0.1.0-windows-amd64.zip", "kubectl-proxyfleet.exe"],
    ],
  );
});

test("programs run on the Node that everything here is tested with", () => {
  const pinned = packageJson.optionalDependencies;
  assert.deepEqual(new Set(Object.values(pinned)), new Set([nodeVersion]));
  const packages = lock.packages as Readonly<Record<string, { readonly integrity?: string }>>;
  for (const npm of Object.keys(pinned)) {
    const platform = platforms.find((one) => one.npm === npm);
    assert.equal(platform?.integrity, packages[`node_modules/${npm}`]?.integrity, npm);
  }
});
