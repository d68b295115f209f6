#!/usr/bin/env bash
# Starts the first process of a new cluster in namespaces of its own, and waits until the cluster is ready.
#   start.sh STATE_FOLDER BIN_FOLDER
set -euo pipefail
here=$(dirname "$(realpath "$0")") state=$1 bin=$2
mkdir -p "$state/log"
touch "$state/made-by-proxyfleet" # the mark without which down.sh removes nothing

mkdir -p /var/lib/kubelet /var/lib/cni                        # places for the cluster to mount its own over
modprobe --all --quiet overlay nf_tables veth 2>/dev/null || true # inside of namespaces the kernel may not load them itself

setsid unshare --net --mount --pid --uts --fork --mount-proc --kill-child bash "$here/init.sh" "$state" "$bin" \
  >"$state/log/boot.log" 2>&1 </dev/null 9<&- &
for _ in $(seq 1200); do
  [ ! -e "$state/ready" ] || exit 0
  kill -0 $! 2>/dev/null || break
  sleep 0.1
done
cat "$state/log/boot.log"
exit 1
