{{- /* What selects the operator's pods. It may never change: a Deployment's selector is fixed. */}}
{{- define "proxyfleet.selector" -}}
app.kubernetes.io/name: proxyfleet
{{- end }}

{{- /* What selects the export's pods: no Service, policy or budget of the operator may select them. */}}
{{- define "proxyfleet.shareExportSelector" -}}
app.kubernetes.io/name: proxyfleet-share-export
{{- end }}

{{- /* Name of what is outside of the operator's namespace: after the release, since a cluster may hold several of them. */}}
{{- define "proxyfleet.release" -}}
{{- .Release.Name | contains "proxyfleet" | ternary .Release.Name (printf "%s-proxyfleet" .Release.Name) }}
{{- end }}

{{- define "proxyfleet.labels" -}}
{{- $own := include "proxyfleet.selector" . | fromYaml }}
{{- $_ := set $own "app.kubernetes.io/instance" .Release.Name }}
{{- $_ := set $own "app.kubernetes.io/version" .Chart.AppVersion }}
{{- $_ := set $own "app.kubernetes.io/managed-by" .Release.Service }}
{{- $_ := set $own "helm.sh/chart" (printf "%s-%s" .Chart.Name (.Chart.Version | replace "+" "_")) }}
{{- merge $own .Values.commonLabels | toYaml }}
{{- end }}

{{- /* Labels, and annotations where there are some: the metadata that all objects share. */}}
{{- define "proxyfleet.metadata" -}}
labels: {{- include "proxyfleet.labels" . | nindent 2 }}
{{- with .Values.commonAnnotations }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- /* The same of a role for people: how to tell it from the operator's own, and to which role of Kubernetes it may be added. Takes (dict "to" … "root" $). */}}
{{- define "proxyfleet.peopleMetadata" -}}
{{- $labels := dict "app.kubernetes.io/component" "people" }}
{{- if .root.Values.rbac.aggregate }}
{{- $_ := set $labels (printf "rbac.authorization.k8s.io/aggregate-to-%s" .to) "true" }}
{{- end }}
labels: {{- merge $labels (include "proxyfleet.labels" .root | fromYaml) | toYaml | nindent 2 }}
{{- with .root.Values.commonAnnotations }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- /* repository:tag, or repository@digest. Takes (dict "image" … "root" $). */}}
{{- define "proxyfleet.image" -}}
{{- if .image.digest -}}
{{ .image.repository }}@{{ .image.digest }}
{{- else -}}
{{ .image.repository }}:{{ .image.tag | default .root.Chart.AppVersion }}
{{- end }}
{{- end }}

{{- /* The operator's account, as the subject of a binding. */}}
{{- define "proxyfleet.subjects" -}}
subjects:
  - kind: ServiceAccount
    name: {{ .Values.serviceAccount.name }}
    namespace: {{ .Release.Namespace }}
{{- end }}
