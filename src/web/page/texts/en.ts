const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

/** The page's own words, in English. Other languages have the same keys. */
export const en = {
  title: "Proxyfleet",
  language: "Language",
  live: "Live",
  connecting: "Connecting …",
  cut: "The connection was cut. It is tried again.",
  notCurrent: "The operator hears nothing from the cluster's API server: what you see may be old.",
  signedOut: "Your sign-in has ended. Load this page again.",
  signIn: "Sign in",
  signOut: "Sign out",
  token: "Token of this cluster",
  tokenHelp:
    "Paste a token, such as one from: kubectl create token NAME -n NAMESPACE. It is kept in this tab only, and forgotten when you close it.",
  nobodyCutOff: "Nobody is known to be cut off",
  cutOff: (groups: number, fleets: number) =>
    `${count(groups, "group is", "groups are")} cut off, in ${count(fleets, "fleet", "fleets")}`,
  movingNow: (groups: number) =>
    `${count(groups, "group moves", "groups move")} to a fresh address now`,
  atRisk: (fleets: number) =>
    `${count(fleets, "fleet is", "fleets are")} at risk: something is wrong that may cut people off`,
  noFleets: "There are no fleets that you may see",
  fleets: "Fleets",
  search: "Find a fleet",
  searchHelp: "By name, namespace or address",
  shownOf: (shown: string, all: string) => `${shown} of ${all} fleets`,
  noneFound: "No fleet fits. Clear the search, or choose another state.",
  all: "All",
  urgency: { CutOff: "Cut off", Moving: "Moving", AtRisk: "At risk", Fine: "Fine" },
  state: {
    Served: "Served",
    Suspected: "Suspected",
    Moving: "Moving",
    CutOff: "Cut off",
    Unknown: "Unknown",
  },
  verdict: {
    Reachable: "Reachable",
    Suspected: "Suspected",
    Blocked: "Blocked",
    Unknown: "Not known",
  },
  phase: {
    Provisioning: "being made",
    Verifying: "being tested",
    Serving: "serving",
    Draining: "draining",
    Quarantined: "resting",
  },
  slot: (n: number) => `Slot ${n}`,
  paused: "paused",
  choose: "Choose a fleet to see its slots, what comes next, and why.",
  back: "Back to the list",
  loading: "Loading …",
  notFound: "This fleet is gone, or you may not see it any more.",
  pods: (ready: number, wanted: number) => `${ready} of ${wanted} pods ready`,
  forEverybody: "for everybody",
  forCountries: (list: string) => `for ${list}`,
  fromPools: (list: string) => `from ${list}`,
  whatToDo: "What is wrong, and what to do",
  troubles: "What the operator reports",
  since: "since",
  until: "until",
  next: "Next move",
  noNext: "No move is planned",
  burnt: (n: number) => `${count(n, "address was", "addresses were")} blocked`,
  resting: (n: number) => count(n, "earlier address rests", "earlier addresses rest"),
  addresses: "Addresses",
  noAddress: "no address",
  timeline: "Timeline",
  timelineHelp:
    "Each bar is an address: full while it serves, pale while it drains, red if it was blocked. A cross is a block, a triangle a move. The history below says the same in words.",
  timelineLabel: (slots: number, bars: number) =>
    `Timeline of ${count(slots, "slot", "slots")} with ${count(bars, "address", "addresses")}`,
  lastDay: "1 day",
  lastWeek: "7 days",
  lastMonth: "30 days",
  matrix: "Slots by country",
  matrixHelp: "Choose a cell to read the evidence.",
  noVerdicts: "Nothing is known of any country yet.",
  evidence: (slot: number, country: string) => `Slot ${slot} in ${country}`,
  noEvidence: "Nothing measured it, or what was measured says nothing.",
  history: "History",
  noEvents: "Events are not shown: you may not read them, or they could not be read.",
  nothingRemembered: "Nothing is remembered.",
  sessions: "Sessions",
  sessionsLabel: (now: number, least: number, most: number) =>
    `${now} sessions now, between ${least} and ${most} since this page was opened`,
  sessionsUnknown: "sessions not known",
  pools: "Pools",
  poolFree: (free: number, total: number) => `${free} of ${total} free`,
  poolReserve: (n: number) => `${n} kept for blocks`,
  poolAssigned: "Its provider gives what it gives: nobody knows how many are left.",
  poolCounts: (serving: number, draining: number, resting: number) =>
    `${serving} serve, ${draining} drain, ${resting} rest`,
  runsOut: "Runs out",
  hasRunOut: "It has run out",
  nextBack: "The next address comes back",
  lasts: "It lasts for 90 days or more, as far as anybody knows.",
  pace: (moves: string) => `at ${moves} moves a day, as lately`,
  poolsHidden: "Pools are not shown: you may not list AddressPools and ProxyAddresses.",
  addressesHidden: "Addresses are not shown: you may not list ProxyAddresses.",
  countries: "Countries",
  country: "Country",
  countriesHelp: "Published addresses, by what the evidence says of them.",
  utc: "UTC",
} as const;

type Widened<T> = {
  [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...given: infer G) => string
      ? (...given: G) => string
      : Widened<T[K]>;
};

/** What a language has to say. */
export type Texts = Widened<typeof en>;
