{{- /* Puts the chart's own defaults where values are missing: `helm upgrade --reuse-values` brings the values of an older chart, without what is new since. Each template begins with this. `resources` is not among them: null is the only way to empty it. */}}
{{- define "proxyfleet.complete" -}}
{{- include "proxyfleet.fill" (dict "values" .Values "defaults" (.Files.Get "defaults.yaml" | fromYaml)) }}
{{- end }}

{{- define "proxyfleet.fill" -}}
{{- range $name, $default := .defaults }}
{{- if kindIs "invalid" (index $.values $name) }}
{{- $_ := set $.values $name $default }}
{{- else if kindIs "map" $default }}
{{- include "proxyfleet.fill" (dict "values" (index $.values $name) "defaults" $default) }}
{{- end }}
{{- end }}
{{- end }}
