#!/usr/bin/env bash
# Measures how long rotations take, on an embedded cluster of their own (root). MOVES: how many, default 100.
set -euo pipefail
# shellcheck source=tooling/step.sh
source "$(dirname "$0")/../tooling/step.sh"
cd "$project"
if ((EUID)); then
  say "Not root, so the times of rotations are left out: they need a cluster in namespaces of its own."
  exit 0
fi
CLUSTER_DIR=$(realpath --canonicalize-missing .cluster-bench)
export CLUSTER_DIR
trap test/cluster/down.sh EXIT
test/cluster/up.sh
hack/images.sh
test/cluster/load-images.sh
step "Installing the operator" test/cluster/deploy.sh
"$CLUSTER_DIR/enter" node bench/rotation-times.ts "${MOVES:-100}"
