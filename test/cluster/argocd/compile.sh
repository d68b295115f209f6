#!/usr/bin/env bash
# Compiles Argo CD into a folder, and puts its CRDs and its default settings beside it. One program is all of its parts: the name it is called by decides which.
#   compile.sh FOLDER
set -euo pipefail
out=$(realpath "$1")
cd "$(dirname "$0")"
# shellcheck source=test/cluster/argocd/versions.sh
source versions.sh
module=github.com/argoproj/argo-cd/v3
export CGO_ENABLED=0 GOTOOLCHAIN=local
nice go build -trimpath -buildvcs=false -ldflags "-s -w -X $module/common.version=${argocd#v}" -o "$out/argocd" "$module/cmd"
for part in application-controller repo-server server; do ln -s argocd "$out/argocd-$part"; done
manifests=$(go list -m -f '{{.Dir}}' "$module")/manifests
mkdir "$out/crds" "$out/config"
cp --no-preserve=mode "$manifests"/crds/*-crd.yaml "$out/crds"
cp --no-preserve=mode "$manifests"/base/config/argocd-*.yaml "$out/config"
