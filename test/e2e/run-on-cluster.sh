#!/usr/bin/env bash
# Runs end-to-end suites one after the other, on one embedded cluster that ends with them.
#   run-on-cluster.sh SUITE…     the tests in test/e2e/SUITE; CLUSTER_DIR names the cluster's folder
# Another one may run beside it, so what a suite prints is printed in one piece, when it is over.
set -euo pipefail
# shellcheck source=tooling/step.sh
source "$(dirname "$0")/../../tooling/step.sh"
cd "$project"
name=$(basename "$CLUSTER_DIR")
logs=$project/.tools/logs/$name
mkdir -p "$logs"
declare -A minutes=([fleet]=4 [runtime]=3 [addresses]=6 [proxy]=5 [mishaps]=9 [blocks]=26 [trouble]=13 [rights]=6 [installation]=5 [docs]=2 [argocd]=3)

# in_one_piece LOG CMD…: runs CMD, and prints what it said at its end
in_one_piece() {
  local log=$1 status=0
  shift
  "$@" >"$log" 2>&1 </dev/null || status=$?
  flock .tools/test-e2e-output.lock cat "$log"
  return "$status"
}

finish() {
  local status=$?
  trap '' INT TERM
  ((status == 0)) || in_one_piece "$logs/diagnosis.log" test/cluster/diagnose.sh "$logs/cluster" || true
  test/cluster/down.sh
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# suite NAME: says how much of its time it took
suite() {
  local began
  began=$(now)
  say "$name: the end-to-end suite $1 …"
  in_one_piece "$logs/$1.log" "$CLUSTER_DIR/enter" env CLUSTER_DIR="$CLUSTER_DIR" \
    node --test --test-force-exit --test-concurrency=1 --test-reporter=spec "test/e2e/$1/*.test.ts" || failed+=("$1")
  say "The end-to-end suite $1 took $(duration $(($(now) - began))) of its ${minutes[$1]} minutes."
}

test/cluster/down.sh --quiet # what a killed run may have left
say "$name: a cluster for the end-to-end suites $* …"
in_one_piece "$logs/boot.log" test/cluster/up.sh
in_one_piece "$logs/load.log" test/cluster/load-images.sh
in_one_piece "$logs/deploy.log" test/cluster/deploy.sh
failed=()
for each; do
  suite "$each"
  # What files of a suite share, and what a failed test has left, is not for the next suite.
  in_one_piece "$logs/clear.log" test/cluster/clear.sh || failed+=("clearing the cluster after $each")
done
((${#failed[@]} == 0)) || stop "End-to-end suites that failed on $name: ${failed[*]}."
