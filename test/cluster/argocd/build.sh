#!/usr/bin/env bash
# Builds Argo CD from its Go module, once, into the cache, and links it to .tools/argocd. Only the end-to-end tests use it.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
# shellcheck source=tooling/cache.sh
source "$here/../../../tooling/cache.sh"
# shellcheck source=test/cluster/argocd/versions.sh
source "$here/versions.sh"
"$here/../../../tooling/go.sh"
export PATH="$project/.tools/go/bin:$PATH"
entry=$(cache_entry argocd "$here"/{versions.sh,compile.sh,go.mod,go.sum} <(go env GOARCH))
[ -e "$entry" ] || "$here/../../../tooling/disk-space.sh" "$cache" 4 "building Argo CD"
cached "$entry" "Building Argo CD $argocd (about 4 minutes on 2 cores, once)" "$here/compile.sh"
ln --symbolic --force --no-dereference "$entry" "$project/.tools/argocd"
