import { play } from "./run.ts";
import { builtInProfile } from "./profiles/built-in.ts";
import { defaults, variants } from "./policies/ours.ts";
import { rivals } from "./policies/rivals.ts";
const [
  name = "quiet",
  policyName = "defaults",
  groups = "10",
  addresses = "60",
  days = "5",
  seed = "1",
] = process.argv.slice(2);
const profile = builtInProfile(name);
const policy = [defaults, ...variants, ...rivals].find((p) => p.name === policyName)!;
const t0 = performance.now();
const figures = await play({
  profile,
  policy,
  groups: +groups,
  addresses: +addresses,
  days: +days,
  seed: +seed,
});
console.log(
  policyName,
  name,
  JSON.stringify(figures),
  ((performance.now() - t0) / 1000).toFixed(1),
  "s",
);
