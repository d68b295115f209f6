/** A page that is tried as a reader would: all its commands, in their order, in one shell. */
export interface Journey {
  readonly page: string;
  /**
   * The reader's own values, in place of those on the page, as the shell reads them. All of them
   * must be given.
   */
  readonly yours?: Readonly<Record<string, string>>;
  /**
   * What must be so before the commands under a heading, as commands; under "" before the whole
   * page.
   */
  readonly before?: Readonly<Record<string, string>>;
  /**
   * What must have come about after the commands under a heading, as commands that fail otherwise.
   */
  readonly promised?: Readonly<Record<string, string>>;
}

/**
 * No operator, and none of our kinds: Helm would refuse to take over what kubectl has made. The
 * namespace stays: it goes slowly.
 */
export const nothingInstalled = `
kubectl delete wap --all --all-namespaces --timeout=90s
kubectl delete wapa,wapool --all --timeout=60s
helm uninstall proxyfleet --namespace proxyfleet-system --ignore-not-found --wait --timeout 60s
kubectl delete deployment,pdb,serviceaccount,networkpolicy,role,rolebinding -A -l app.kubernetes.io/name=proxyfleet --timeout=60s
kubectl delete crd,clusterrole,clusterrolebinding -l app.kubernetes.io/name=proxyfleet --timeout=60s
kubectl delete pods --all -n proxies --force
kubectl delete namespace proxies --ignore-not-found --timeout=60s
`;

/** The operator as the other suites expect it. */
export const wayBack = `
kubectl delete wap --all --all-namespaces --timeout=90s
kubectl delete wapa,wapool --all --timeout=60s
helm uninstall proxyfleet --namespace proxyfleet-system --ignore-not-found --wait --timeout 60s
kubectl apply --server-side --force-conflicts -f dist/install.yaml
kubectl rollout status deployment/proxyfleet --namespace proxyfleet-system --timeout=90s
`;

const addressOfGroup = (slot: number) =>
  `$(kubectl get wap family -n proxies -o jsonpath='{.status.addresses[?(@.slot==${slot})].address}' | cut -d' ' -f1)`;

const helmUninstalled =
  "helm uninstall proxyfleet --namespace proxyfleet-system --wait --timeout 60s";
const applied = "kubectl apply --server-side --force-conflicts -f dist/install.yaml";

const spec = (field: string) =>
  `$(kubectl get wap family -n proxies -o jsonpath='{.spec.${field}}')`;

/** An address that rests, as if a fleet had left it long ago. */
const restingAddress = `
kubectl apply -f - <<END
apiVersion: proxyfleet.dev/v1alpha1
kind: ProxyAddress
metadata: { name: ip-203-0-113-250, labels: { proxyfleet.dev/fleet: earlier, proxyfleet.dev/fleet-namespace: proxies } }
spec:
  pool: metallb-a
  address: 203.0.113.250
  claimRef: { namespace: proxies, name: earlier, uid: gone, slot: 0 }
  lane: 0
  ports: [{ name: chat, port: 443, targetPort: 20000 }]
  cause: Age
  want: Quarantine
  quarantineUntil: 2999-01-01T00:00:00Z
  retiredBecause: Blocked
END
`;

const answered = (field: string) =>
  `kubectl wait wap/family -n proxies --for=jsonpath='{.status.${field}}' --timeout=60s`;

/**
 * In this order, on one cluster. The first page makes the fleet "family"; those after it find it
 * there. The last removes all.
 */
export const journeys: readonly Journey[] = [
  {
    page: "README.md",
    before: { "": nothingInstalled },
    yours: { REGISTRY: "proxyfleet", ADDRESS: addressOfGroup(1) },
    promised: {
      "A first fleet on your own cluster": `${answered("lastHandledRotateAt")}; ${answered("lastHandledReport")}`,
    },
  },
  {
    page: "docs/groups.md",
    promised: {
      "Links are secrets": `test "${spec("addresses.count")}" = 3`,
      "When a link changes, and what you do": `test "${spec("rotation.maxAge")}" = 0s`,
    },
  },
  {
    page: "docs/runbook.md",
    yours: { ADDRESS: addressOfGroup(0), COUNTRY: "IR", OLDEST: "ip-203-0-113-250" },
    before: {
      "No address is left": restingAddress,
      "A pool was deleted": "kubectl delete wapool metallb-a --wait=false",
    },
    promised: {
      "One group is cut off": `until kubectl get wap family -n proxies -o jsonpath='{.status.addresses[?(@.phase=="Draining")].address}' | grep -qF "$ADDRESS"; do sleep 0.2; done`,
      "No address is left":
        "kubectl get wapool metallb-a -o jsonpath='{.spec.addresses} {.spec.quarantine.blocked}' | grep '203.0.113.128/28.* 240h'",
      "A pool was deleted":
        "kubectl get wapool metallb-a -o jsonpath='{.metadata.deletionTimestamp}' | { ! grep .; }",
      After: `test "${spec("rotation.maxAge")} ${spec("listeners.media.port")} ${spec("paused")}" = "48h 587 false"`,
    },
  },
  {
    page: "docs/rotation.md",
    yours: { ADDRESS: addressOfGroup(0) },
    promised: {
      "How to report a block": `until kubectl get wap family -n proxies -o jsonpath='{.status.lastHandledReport}' | grep -q monday; do sleep 0.2; done`,
    },
  },
  { page: "docs/conditions.md" },
  { page: "docs/operations.md" },
  { page: "docs/ledger.md" },
  {
    page: "docs/install.md",
    yours: { REGISTRY: "proxyfleet" },
    before: {
      "": nothingInstalled,
      "With kubectl": helmUninstalled,
      "Single namespaces": nothingInstalled,
      "Switching between Helm and kubectl": `${helmUninstalled}; ${applied}`,
      // A namespace with pods that end takes a quarter of a minute to go.
      Uninstalling: "kubectl delete deployment,pods --all -n proxyfleet-system --force",
      "Removing everything": applied,
    },
    promised: { "Removing everything": `test -z "$(kubectl get crd -o name | grep proxyfleet)"` },
  },
];

/**
 * The page on moving from another proxy, which a test of its own tries, with people on the old
 * proxy.
 */
export const migration: Journey = {
  page: "docs/migrate.md",
  yours: { OLD_NAMESPACE: "whatsapp", OLD_SERVICE: "whatsapp-proxy" },
};

/** Somebody else works on the repository, too. */
const pulled = "git -C platform pull --quiet";

/** The page on Argo CD, which a suite of its own tries, beside a real one. */
export const argoCd: Journey = {
  page: "docs/argocd.md",
  yours: { REPOSITORY: "$REPOSITORY_OF_TEST", REGISTRY: "proxyfleet" },
  before: { "To change a fleet": pulled, "To upgrade": pulled },
};
