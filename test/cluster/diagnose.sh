#!/usr/bin/env bash
# Prints what a person looks at first when something in the embedded cluster went wrong, and keeps all logs after its end.
#   diagnose.sh [FOLDER]     also copies the cluster's logs there
set -euo pipefail
# shellcheck source=test/cluster/state.sh
source "$(dirname "$0")/state.sh"
[ -e "$state/ready" ] || { say "The cluster never became ready. Its logs: $state/log"; exit 0; }
kubectl() { timeout 20 "$state/enter" kubectl "$@" || true; }

say "--- Proxyfleet's objects"
kubectl get whatsappproxies,addresspools,proxyaddresses,vantagepoints --all-namespaces --output wide 2>/dev/null
say "--- pods"
kubectl get pods --all-namespaces --output wide
say "--- warnings, newest last"
kubectl get events --all-namespaces --field-selector type=Warning --sort-by .lastTimestamp | tail -n 20
say "--- the operator's last lines"
kubectl logs --namespace proxyfleet-system --all-containers --prefix --tail 60 --selector app.kubernetes.io/name=proxyfleet
say "--- parts of the cluster that ended"
grep ' ended$' "$state/log/boot.log" || say "none"

if [ -n "${1:-}" ]; then
  rm -rf "$1"
  mkdir -p "$1"
  cp --recursive --dereference "$state/log/." "$1/" 2>/dev/null || true
  kubectl get events --all-namespaces --output yaml >"$1/events.yaml"
  say "--- all logs: $1"
fi
