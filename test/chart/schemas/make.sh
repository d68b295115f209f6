#!/usr/bin/env bash
# Puts kubeconform into a folder, a folder of schemas for each version of Kubernetes, and the Prometheus operator's definitions and schemas.
#   make.sh FOLDER
set -euo pipefail
out=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
# shellcheck source=test/chart/schemas/versions.sh
source "$here/versions.sh"
# shellcheck source=test/cluster/kubernetes/versions.sh
source "$here/../../cluster/kubernetes/versions.sh"
export CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS="-trimpath -buildvcs=false -modcacherw"
cd / # outside of any module
GOBIN=$out nice go install -ldflags '-s -w' "github.com/yannh/kubeconform/cmd/kubeconform@$kubeconform"

# Of the modules below one file is needed each, so they are fetched into a folder that goes.
modules=$(mktemp -d)
trap 'rm -rf "$modules"' EXIT
folder_of() { GOMODCACHE=$modules "$here/../../../tooling/again.sh" go mod download -json "$1" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p'; }

for version in "${older_kubernetes[@]}" "$kubernetes"; do
  source=$(folder_of "k8s.io/kubernetes@v$version")
  node "$here/make.ts" "$source/api/openapi-spec/swagger.json" "$out/v$version"
done
source=$(folder_of "github.com/prometheus-operator/prometheus-operator@$prometheus_operator")
mkdir "$out/prometheus-operator"
for kind in podmonitors prometheusrules servicemonitors; do
  cp --no-preserve=mode "$source/example/prometheus-operator-crd/monitoring.coreos.com_$kind.yaml" "$out/prometheus-operator"
done
node "$here/make.ts" "$out"/prometheus-operator/*.yaml "$out/custom"
