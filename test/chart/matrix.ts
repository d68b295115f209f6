/**
 * Values that people set, each with what it changes. They are installed one after the other, so
 * that each is an upgrade too.
 */
export const matrix: Record<string, object> = {
  "no values": {},
  "one namespace": { watchNamespaces: ["proxies"] },
  "several namespaces, the operator's own among them": {
    watchNamespaces: ["proxies", "family", "proxyfleet-system", "default"],
  },
  "one replica, unprotected": {
    replicas: 1,
    podDisruptionBudget: { enabled: false },
    networkPolicy: { enabled: false },
  },
  "images by digest, with pull secrets": {
    image: { repository: "registry.example:5000/operator", digest: `sha256:${"0".repeat(64)}` },
    proxyImage: { repository: "registry.example:5000/proxy", tag: "2" },
    imagePullPolicy: "Always",
    imagePullSecrets: [{ name: "registry" }],
  },
  "a place among the nodes": {
    priorityClassName: "system-cluster-critical",
    nodeSelector: { "kubernetes.io/os": "linux" },
    tolerations: [{ key: "own", operator: "Exists", effect: "NoSchedule" }],
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [] } },
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: "rack", whenUnsatisfiable: "ScheduleAnyway" },
    ],
    resources: { limits: { cpu: "1", memory: "1Gi" } },
  },
  "labels, annotations and environment": {
    commonLabels: { team: "x" },
    commonAnnotations: { "example.org/note": "two words: here" },
    podLabels: { "example.org/y": "1" },
    podAnnotations: { "example.org/z": "true" },
    serviceAccount: { name: "mine", annotations: { "example.org/role": "r" } },
    env: [
      { name: "HTTP2", value: "false" },
      { name: "NODE", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
    ],
  },
  "metrics for some": {
    serviceMonitor: { enabled: true, labels: { release: "prometheus" }, interval: "1m" },
    networkPolicy: {
      from: [
        { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } },
      ],
    },
  },
  "metrics of fleets, and alerts": {
    serviceMonitor: { enabled: true },
    podMonitor: { enabled: true, labels: { release: "prometheus" }, interval: "15s" },
    prometheusRule: { enabled: true, labels: { release: "prometheus" }, poolLow: 5 },
    monitoringNamespaces: ["prometheus"],
    privateUpstreams: ["10.8.0.0/16", "fd00:8::/32"],
  },
  "alerts that lead to a dashboard": {
    prometheusRule: {
      enabled: true,
      runbooks: "http://wiki.local/pages",
      grafana: "https://grafana.example.org/a?b",
    },
    grafanaDashboard: {
      enabled: true,
      label: "dashboards",
      labelValue: "proxyfleet",
      annotations: { folder: "NGO", "example.org/note": "own" },
    },
    commonLabels: { team: "x", dashboards: "no" },
    commonAnnotations: { "example.org/note": "x" },
  },
  "a dashboard": { grafanaDashboard: { enabled: true } },
  "metrics of the fleets of some namespaces": {
    watchNamespaces: ["proxies", "family"],
    podMonitor: { enabled: true },
  },
  agents: {
    ingestion: {
      enabled: true,
      addresses: ["203.0.113.200:8443", "probe.example.org:443"],
      service: { type: "NodePort", annotations: { "example.org/pool": "agents" } },
    },
    commonAnnotations: { "example.org/note": "x" },
  },
  "agents of the fleets of some namespaces, with a certificate of one's own": {
    watchNamespaces: ["proxies"],
    ingestion: {
      enabled: true,
      port: 9443,
      elsewhere: ["www.example.org:443"],
      certificateSecret: "agents-tls",
      service: { port: 9443 },
    },
    networkPolicy: { from: [{ podSelector: {} }] },
  },
  "share pages as files": {
    shareExport: {
      fleets: [
        { namespace: "proxies", name: "family" },
        { namespace: "abroad", name: "friends" },
        { namespace: "proxies", name: "school" },
      ],
      volume: { persistentVolumeClaim: { claimName: "pages" } },
      sidecars: [
        {
          name: "web",
          image: "nginx",
          volumeMounts: [{ name: "pages", mountPath: "/srv" }],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        },
      ],
    },
    imagePullSecrets: [{ name: "registry" }],
    nodeSelector: { "kubernetes.io/os": "linux" },
    tolerations: [{ key: "own", operator: "Exists", effect: "NoSchedule" }],
    commonLabels: { team: "x" },
    commonAnnotations: { "example.org/note": "x" },
  },
  "share pages as files, with rights of one's own": {
    shareExport: { fleets: [{ namespace: "proxies", name: "family" }], resources: {} },
    rbac: { create: false },
  },
  pages: {
    pages: { enabled: true, service: { annotations: { "example.org/class": "pages" } } },
    commonAnnotations: { "example.org/note": "x" },
  },
  "pages over HTTPS, beside agents": {
    ingestion: { enabled: true },
    pages: {
      enabled: true,
      port: 9082,
      certificateSecret: "pages-tls",
      service: { type: "LoadBalancer", port: 443 },
    },
    networkPolicy: { from: [{ podSelector: {} }] },
  },
  dashboard: {
    dashboard: { enabled: true, service: { annotations: { "example.org/class": "team" } } },
    watchNamespaces: ["proxies"],
  },
  "a dashboard over HTTPS, for one namespace": {
    dashboard: {
      enabled: true,
      port: 9083,
      certificateSecret: "dashboard-tls",
      from: [{ namespaceSelector: { matchLabels: { team: "ingress" } } }],
    },
  },
  "uids that the cluster chooses": {
    fixedUid: false,
    shareExport: { fleets: [{ namespace: "proxies", name: "family" }] },
  },
  "roles for people in Kubernetes' own": {
    rbac: { aggregate: true },
    commonLabels: { "app.kubernetes.io/component": "x" },
    commonAnnotations: { "example.org/note": "x" },
  },
  "resolvers of its own": { dns: { resolvers: ["192.0.2.53", "[2001:db8::53]:5353"] } },
  "outage feeds": { feeds: { ioda: { enabled: true }, radar: { tokenSecret: "radar" } } },
  "receivers of news": {
    news: {
      receivers: [
        {
          name: "chat-bot",
          url: "https://bot.example.org/news?a=1&b=<2>",
          secretRef: { name: "chat-bot" },
          links: true,
          kinds: ["Published", "Blocked"],
        },
        {
          name: "log",
          url: "https://log.example.org/",
          secretRef: { name: "log", key: "signing" },
        },
      ],
    },
  },
  "receivers of news of the fleets of some namespaces": {
    watchNamespaces: ["proxies"],
    news: {
      receivers: [
        { name: "bot", url: "https://bot.example.org/", secretRef: { name: "bot" }, links: false },
      ],
    },
  },
  "no values, again": {},
};
