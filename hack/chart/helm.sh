#!/usr/bin/env bash
# Builds Helm from its Go module, once, into the cache, and links it to .tools/helm.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
# shellcheck source=tooling/cache.sh
source "$here/../../tooling/cache.sh"
helm=v4.3.1
"$here/../../tooling/go.sh"
export PATH="$project/.tools/go/bin:$PATH"
entry=$cache/helm-$helm-$(go env GOARCH)
export CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS="-trimpath -buildvcs=false"
# `cached` gives the folder as the last argument.
# shellcheck disable=SC2016
cached "$entry" "Building Helm $helm (about 3 minutes on 2 cores, once)" \
  nice bash -c 'cd / && GOBIN=$2 go install -ldflags "-s -w" "helm.sh/helm/v4/cmd/helm@$1"' helm "$helm"
ln --symbolic --force --no-dereference "$entry/helm" "$project/.tools/helm"
