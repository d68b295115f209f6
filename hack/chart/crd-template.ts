/**
 * A CRD as a template of the chart: behind `crds.enabled`, with the chart's labels, and kept on
 * uninstall by `crds.keep`. (Helm's own folder `crds/` is never upgraded: Helm documentation,
 * "Custom Resource Definitions".) Argo CD minds Helm's annotation when it deletes an Application
 * (its documentation, "Helm"), but not when it prunes: that takes one of its own.
 * @throws Error where the CRD's metadata is not as the generator writes it
 */
export function crdTemplate(crd: string): string {
  const literal = crd.replaceAll("{{", '{{ "{{" }}');
  const metadata = /^metadata:\n  name: .*\n/m;
  if (!metadata.test(literal))
    throw new Error("a CRD without `metadata:` and `name:` at its top can't become a template");
  const template = literal.replace(metadata, (found) => `${found}${labelsAndAnnotations}`);
  return `{{- include "proxyfleet.complete" . }}\n{{- if .Values.crds.enabled }}\n${template}{{- end }}\n`;
}

const labelsAndAnnotations = `  labels: {{- include "proxyfleet.labels" . | nindent 4 }}
  {{- $annotations := .Values.commonAnnotations }}
  {{- if .Values.crds.keep }}
  {{- $annotations = merge (dict "helm.sh/resource-policy" "keep" "argocd.argoproj.io/sync-options" "Prune=false") $annotations }}
  {{- end }}
  {{- with $annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
`;
