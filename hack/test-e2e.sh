#!/usr/bin/env bash
# Runs the end-to-end tests on an embedded cluster of their own, which ends with them, also after a failure or Ctrl-C.
# CLUSTER_DIR names its folder; default: .cluster-test. With the names of suites, only these run.
set -euo pipefail
# shellcheck source=hack/step.sh
source "$(dirname "$0")/step.sh"
cd "$project"
if ((EUID)); then
  say "Not root, so the end-to-end tests are left out: they boot a cluster in namespaces of its own. Run this as root to have them."
  exit 0
fi
CLUSTER_DIR=$(realpath --canonicalize-missing "${CLUSTER_DIR:-.cluster-test}")
export CLUSTER_DIR

exec 9>.tools/test-e2e.lock
flock --nonblock 9 || { say "Other end-to-end tests run in this checkout. Waiting for them."; flock 9; }

finish() {
  local status=$?
  trap '' INT TERM
  ((status == 0)) || test/cluster/diagnose.sh "$project/.tools/logs/test-e2e" || true
  test/cluster/down.sh
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

test/cluster/down.sh --quiet # what a killed run may have left
test/cluster/up.sh 9>&-
hack/images.sh
test/cluster/load-images.sh
step "Installing the operator" test/cluster/deploy.sh

# suite NAME MINUTES: the tests in test/e2e/NAME, on the cluster that all suites share; says how much of its time it took.
failed=() chosen=$*
suite() {
  local began
  [ -d "test/e2e/$1" ] || return 0
  [ -z "$chosen" ] || [[ " $chosen " == *" $1 "* ]] || return 0
  began=$(now)
  "$CLUSTER_DIR/enter" env CLUSTER_DIR="$CLUSTER_DIR" node --test --test-force-exit --test-concurrency=1 --test-reporter=spec "test/e2e/$1/*.test.ts" </dev/null || failed+=("$1")
  say "The end-to-end suite $1 took $(duration $(($(now) - began))) of its $2 minutes."
}

suite fleet 4
suite runtime 3
suite addresses 4
suite proxy 3
suite rights 3 # before operators are installed and removed: what those ask on their way out is refused
suite installation 5
suite docs 2
suite argocd 3
((${#failed[@]} == 0)) || stop "End-to-end suites that failed: ${failed[*]}."
