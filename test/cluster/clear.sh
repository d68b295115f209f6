#!/usr/bin/env bash
# Removes all fleets, ledger entries, pools and vantage points from the embedded cluster, and the namespaces of end-to-end tests.
set -euo pipefail
# shellcheck source=test/cluster/state.sh
source "$(dirname "$0")/state.sh"
kubectl() { "$state/enter" kubectl "$@"; }

for kind in whatsappproxies proxyaddresses addresspools vantagepoints; do
  kubectl delete "$kind" --all --all-namespaces --timeout=90s
done
kubectl delete namespaces --selector proxyfleet-test=end-to-end --wait=false
