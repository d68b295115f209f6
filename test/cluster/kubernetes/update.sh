#!/usr/bin/env bash
# Writes go.mod and go.sum anew for the Kubernetes version in versions.sh. Run it after changing that version, and commit both.
# Kubernetes' own go.mod replaces its staging modules with local folders, so no other module can just require it; this one
# replaces them with the versions that were published from those folders. etcd is then the version that Kubernetes tests with.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=test/cluster/kubernetes/versions.sh
source versions.sh
go_mod_of_kubernetes=$(cd / && go mod download -json "k8s.io/kubernetes@v$kubernetes" | sed -n 's/.*"GoMod": "\(.*\)".*/\1/p')
staging=$(grep -oE '^\s*k8s.io/[a-z0-9-]+ => ./staging' "$go_mod_of_kubernetes" | awk '{ print $1 }' | sort -u)
rm -f go.sum
{
  printf 'module proxyfleet.dev/kubernetes\n\ngo 1.26\n\nrequire k8s.io/kubernetes v%s\n\n' "$kubernetes"
  for module in $staging; do printf 'replace %s => %s v0.%s\n' "$module" "$module" "${kubernetes#1.}"; done
} >go.mod
go mod tidy
