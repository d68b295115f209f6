import type { OwnPolicy } from "./policy.ts";

/** The operator as it is installed. */
export const defaults: OwnPolicy = {
  kind: "ours",
  name: "defaults",
  about: "Proxyfleet with the API's defaults, two agents in the country and one control",
};

/** The same with one part missing or changed, so that the worth of each is seen. */
export const variants: readonly OwnPolicy[] = [
  {
    kind: "ours",
    name: "people-only",
    about: "no measurements: a person hears of complaints, and reports blocks by hand",
    unmeasured: true,
    admin: true,
  },
  {
    kind: "ours",
    name: "one-network",
    about: "all addresses in one network of one hosting provider",
    oneNetwork: true,
  },
  {
    kind: "ours",
    name: "no-quarantine",
    about: "addresses may be used again after ten minutes, and beside blocked ones",
    pool: {
      quarantine: { blocked: "10m", retired: "10m", unusable: "10m" },
      avoidPrefix: { ipv4: 32, ipv6: 128 },
    },
  },
  {
    kind: "ours",
    name: "blocks-only",
    about: "no move by age (maxAge 0s): only a block moves a group",
    fleet: { rotation: { maxAge: "0s" } },
  },
  {
    kind: "ours",
    name: "weekly",
    about: "moves by age once a week instead of every two days",
    fleet: { rotation: { maxAge: "168h" } },
  },
];
