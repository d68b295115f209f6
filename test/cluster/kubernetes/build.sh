#!/usr/bin/env bash
# Builds the programs of the embedded cluster from Go modules, once, into the cache, and links them to .tools/bin.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
# shellcheck source=tooling/cache.sh
source "$here/../../../tooling/cache.sh"
# shellcheck source=test/cluster/kubernetes/versions.sh
source "$here/versions.sh"
"$here/../../../tooling/go.sh"
export PATH="$project/.tools/go/bin:$PATH"
entry=$(cache_entry kubernetes "$here"/{versions.sh,compile.sh,main.go,pause/main.go,go.mod,go.sum} <(go env GOARCH))
[ -e "$entry" ] || "$here/../../../tooling/disk-space.sh" "$cache" 12 "building Kubernetes"
cached "$entry" "Building Kubernetes $kubernetes (10 to 20 minutes on 2 cores, once)" "$here/compile.sh"
ln --symbolic --force --no-dereference "$entry" "$project/.tools/bin"
