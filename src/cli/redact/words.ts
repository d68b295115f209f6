/** Domains that say nothing of anybody: of Kubernetes, of load balancers, of WhatsApp and ours. */
const commonDomains = [
  "k8s.io",
  "kubernetes.io",
  "proxyfleet.dev",
  "metallb.io",
  "metallb.universe.tf",
  "cilium.io",
  "kube-vip.io",
  "whatsapp.net",
  "whatsapp.com",
  "wa.me",
  "cluster.local",
  "pod.svc",
];

/** Endings of files, none of which is a domain of the internet. */
const fileEndings: ReadonlySet<string> = new Set(
  "cfg crt gz json jsonl mjs pem sock txt yaml yml".split(" "),
);

/** Names of resources without a capital letter, which look like a random word. */
const longPlurals: ReadonlySet<string> = new Set(
  "certificatesigningrequests customresourcedefinitions mutatingwebhookconfigurations poddisruptionbudgets selfsubjectaccessreviews validatingadmissionpolicies validatingwebhookconfigurations".split(
    " ",
  ),
);

/** Names that many clusters have, so that they tell nothing. */
const commonNames: ReadonlySet<string> = new Set(
  "cluster default kube-node-lease kube-public kube-system local metallb-system proxy proxyfleet proxyfleet-system proxyfleet/operator proxyfleet/proxy".split(
    " ",
  ),
);

/** Whether a dotted text is a version, a file, a domain of everybody's, or a path of known fields. */
export function isCommonHost(text: string, fields: ReadonlySet<string>): boolean {
  const labels = text.split(".");
  const end = labels.at(-1)?.toLowerCase() ?? "";
  if (!/^\p{L}[\p{L}\p{N}-]+$/u.test(end) || fileEndings.has(end)) return true;
  if (labels.every((label) => fields.has(label))) return true;
  const whole = text.toLowerCase();
  return commonDomains.some((domain) => whole === domain || whole.endsWith(`.${domain}`));
}

/** Whether a name tells nothing of who chose it. */
export function isCommonName(name: string): boolean {
  return name === "" || commonNames.has(name);
}

/** Least mean length of the words in something like `RequiredDuringScheduling` (letters). */
const leastMean = 3.5;
const longestWord = 19;

/** Whether a run of letters and digits is made of words, and not by chance. */
export function isWords(run: string): boolean {
  if (longPlurals.has(run)) return true;
  if (/^\d+$/.test(run)) return run.length < 17;
  if (!/^[A-Za-z]+$/.test(run)) return false;
  const words = run.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? [];
  const isShort = words.every(({ length }) => length <= longestWord);
  return isShort && run.length / words.length >= leastMean;
}
