#!/usr/bin/env bash
# Runs the end-to-end tests on embedded clusters of their own, which end with them, also after a failure or Ctrl-C. There are
# three clusters side by side: most of the time the tests wait. With the names of suites, only these run; a long one runs only
# when it is named.
# CLUSTER_DIR is what the clusters' folders are called, with a number behind; default: .cluster-test
set -euo pipefail
# shellcheck source=tooling/step.sh
source "$(dirname "$0")/../../tooling/step.sh"
cd "$project"
if ((EUID)); then
  say "Not root, so the end-to-end tests are left out: they boot clusters in namespaces of their own. Run this as root to have them."
  exit 0
fi
folder=$(realpath --canonicalize-missing "${CLUSTER_DIR:-.cluster-test}")

# The suites of each cluster. Rights is not where operators are installed and removed: what those ask on their way out is refused.
suites=([1]="fleet addresses runtime rights" [2]="proxy installation docs argocd" [3]="mishaps blocks trouble")
long="trouble blocks"

exec 9>.tools/test-e2e.lock
flock --nonblock 9 || { say "Other end-to-end tests run in this checkout. Waiting for them."; flock 9; }
hack/images.sh 9>&-

# on NUMBER CMD…: runs CMD for this cluster
on() { CLUSTER_DIR=$folder-$1 "${@:2}" 9>&-; }

# Tests that still run end with their cluster.
finish() {
  local status=$?
  trap '' INT TERM
  for number in "${!running[@]}"; do
    kill -TERM "${running[$number]}" 2>/dev/null || true
    on "$number" test/cluster/down.sh --quiet
  done
  wait
  exit "$status"
}

declare -A running=()
for number in "${!suites[@]}"; do
  chosen=()
  for suite in ${suites[$number]}; do
    if (($#)); then
      [[ " $* " == *" $suite "* ]] || continue
    else
      [[ " $long " != *" $suite "* ]] || continue
    fi
    chosen+=("$suite")
  done
  ((${#chosen[@]})) || continue
  on "$number" test/e2e/run-on-cluster.sh "${chosen[@]}" &
  running[$number]=$!
done
((${#running[@]})) || stop "No end-to-end suite is called $*. There are: ${suites[*]}."
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

failed=0
for number in "${!running[@]}"; do
  wait "${running[$number]}" || failed=1
  unset "running[$number]"
done
((failed == 0)) || stop "End-to-end tests failed. What each suite said is above, and in .tools/logs."
