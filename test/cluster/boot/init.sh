#!/usr/bin/env bash
# The first process of a cluster's namespaces: boots all parts, then reaps what ends, and says in log/boot.log which part ended.
#   init.sh STATE_FOLDER BIN_FOLDER
set -euo pipefail
here=$(dirname "$(realpath "$0")") state=$1 bin=$2
export PATH="$bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" KUBECONFIG="$state/admin.conf" KUBECACHEDIR="$state/kubectl-cache"
cd "$state"

declare -A parts=() # process number → name

# start NAME CMD…: a part of the cluster, in the background, with a log of its own
start() {
  local name=$1
  shift
  "$@" >"log/$name.log" 2>&1 </dev/null &
  parts[$!]=$name
}

# Ends the boot if a part has ended.
all_live() {
  local part
  for part in "${!parts[@]}"; do
    kill -0 "$part" 2>/dev/null || { echo "${parts[$part]} ended:"; tail -n 20 "log/${parts[$part]}.log"; exit 1; }
  done
}

# await WHAT CMD…: waits until CMD succeeds. Ends the boot when a part ended meanwhile, or after 60 s.
await() {
  local what=$1 deadline=$((SECONDS + 60))
  shift
  until "$@" >/dev/null 2>&1; do
    all_live
    ((SECONDS < deadline)) || { echo "Waited 60 s for $what. Look at $state/log."; exit 1; }
    sleep 0.1
  done
}

# shellcheck source=test/cluster/boot/isolation.sh
source "$here/isolation.sh"
# shellcheck source=test/cluster/boot/network.sh
source "$here/network.sh"
# shellcheck source=test/cluster/boot/certificates.sh
source "$here/certificates.sh"
# shellcheck source=test/cluster/boot/control-plane.sh
source "$here/control-plane.sh"
# shellcheck source=test/cluster/boot/dns.sh
source "$here/dns.sh"
# shellcheck source=test/cluster/boot/node.sh
source "$here/node.sh"
# shellcheck source=test/cluster/boot/load-balancers.sh
source "$here/load-balancers.sh"
all_live
touch ready

while wait -n -p ended || [ -n "${ended:-}" ]; do
  echo "$(date --utc +%FT%TZ) ${parts[$ended]:-a process} ended"
  unset ended
done
