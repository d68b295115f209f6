#!/usr/bin/env bash
# Builds kubeconform from its Go module, and makes schemas of Kubernetes' objects from what its own modules hold, once, into the cache,
# and links both to .tools/schemas.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
# shellcheck source=tooling/cache.sh
source "$here/../../../tooling/cache.sh"
"$here/../../../tooling/go.sh"
export PATH="$project/node_modules/.bin:$project/.tools/go/bin:$PATH"
entry=$(cache_entry schemas "$here"/{versions.sh,make.sh,make.ts,json-schema.ts} "$here/../../cluster/kubernetes/versions.sh" <(go env GOARCH))
cached "$entry" "Making schemas of Kubernetes' objects (about a minute, once)" "$here/make.sh"
ln --symbolic --force --no-dereference "$entry" "$project/.tools/schemas"
