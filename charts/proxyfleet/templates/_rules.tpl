{{- /* Pools, vantage points and the ledger of addresses: kinds of ours that have no namespace. Pools and vantage points belong to people; the ledger is the operator's own. And the end of fleets, in any namespace. */}}
{{- define "proxyfleet.ledgerRules" -}}
# Pools belong to people: the operator writes their status, and a finalizer.
- apiGroups: [proxyfleet.dev]
  resources: [addresspools]
  verbs: [list, watch, patch]
- apiGroups: [proxyfleet.dev]
  resources: [proxyaddresses]
  verbs: [get, list, watch, create, patch, delete]
# Vantage points belong to people: the operator writes their status.
- apiGroups: [proxyfleet.dev]
  resources: [vantagepoints]
  verbs: [list, watch]
- apiGroups: [proxyfleet.dev]
  resources: [addresspools/status, proxyaddresses/status, vantagepoints/status]
  verbs: [patch]
# Fleets belong to people: the operator writes their finalizer. A namespace that is deleted loses its Role before the
# finalizer can go, and would hang, so this right is not the Role's.
- apiGroups: [proxyfleet.dev]
  resources: [whatsappproxies]
  verbs: [patch]
# While a definition is being deleted, so are all its objects: no person wishes for that.
- apiGroups: [apiextensions.k8s.io]
  resources: [customresourcedefinitions]
  resourceNames: [whatsappproxies.proxyfleet.dev, addresspools.proxyfleet.dev, proxyaddresses.proxyfleet.dev]
  verbs: [get]
{{- end }}

{{- define "proxyfleet.eventRules" -}}
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create]
{{- end }}

{{- /* Fleets and their children, in the namespaces of fleets. */}}
{{- define "proxyfleet.fleetRules" -}}
# Fleets belong to people: the operator writes their status.
- apiGroups: [proxyfleet.dev]
  resources: [whatsappproxies]
  verbs: [list, watch]
- apiGroups: [proxyfleet.dev]
  resources: [whatsappproxies/status]
  verbs: [patch]
# Children name the fleet as their owner and block its deletion; clusters may ask for this right then.
- apiGroups: [proxyfleet.dev]
  resources: [whatsappproxies/finalizers]
  verbs: [update]
# To take back a child without an owner, as after a restore, clusters may ask for the right to delete it. The operator
# deletes Services only.
# Secrets hold lanes' certificates; the operator looks only at those that carry its own label.
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [services]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies]
  verbs: [get, list, watch, create, patch, delete]
# Names of slots, which ExternalDNS publishes. A cluster without it has no such kind.
- apiGroups: [externaldns.k8s.io]
  resources: [dnsendpoints]
  verbs: [get, list, watch, create, patch, delete]
# Pods are read. An annotation through their status makes the kubelet bring them a changed Secret at once.
- apiGroups: [""]
  resources: [pods]
  verbs: [list, watch]
- apiGroups: [""]
  resources: [pods/status]
  verbs: [patch]
- apiGroups: [""]
  resources: [pods/eviction]
  verbs: [create]
# What a load balancer says of a Service that it does not serve is in the Events about it.
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [list]
{{ include "proxyfleet.eventRules" . }}
{{- end }}

{{- /* To find out who asks for the dashboard, and what they may see. */}}
{{- define "proxyfleet.reviewRules" -}}
# Whose token it is.
- apiGroups: [authentication.k8s.io]
  resources: [tokenreviews]
  verbs: [create]
# What they may list.
- apiGroups: [authorization.k8s.io]
  resources: [subjectaccessreviews]
  verbs: [create]
{{- end }}

{{- /* What people see who may change nothing: fleets, and whatever says why one is in trouble. */}}
{{- define "proxyfleet.viewerRules" -}}
- apiGroups: [proxyfleet.dev]
  resources: [whatsappproxies, addresspools, proxyaddresses, vantagepoints]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [namespaces, pods, services]
  verbs: [get, list, watch]
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get, list, watch]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [get, list, watch]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [get, list, watch]
{{- end }}
