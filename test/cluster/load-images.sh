#!/usr/bin/env bash
# Loads the images of .tools/images into the embedded cluster, each only if it changed. Nothing fetches them from anywhere.
set -euo pipefail
# shellcheck source=test/cluster/state.sh
source "$(dirname "$0")/state.sh"
cd "$project"
[ -e "$state/ready" ] || { say "No cluster is up in $state, so the images are not loaded into one. Boot it: make cluster"; exit 0; }
mkdir -p "$state/images"
for name in operator proxy; do
  archive=.tools/images/$name.tar
  ! cmp --silent "$archive.key" "$state/images/$name.loaded" || continue
  step "Loading the $name image into the cluster" "$state/enter" ctr --namespace k8s.io images import "$(realpath "$archive")"
  cp "$archive.key" "$state/images/$name.loaded"
done
