#!/usr/bin/env bash
# Boots the embedded cluster: a real one-node Kubernetes in namespaces of its own, with three test hosts around it. Nothing in
# it can reach the machine's network. Needs root. A cluster that is up stays as it is; what a dead one left is cleared away.
#
# In its folder (CLUSTER_DIR, default .cluster):
#   admin.conf        kubeconfig; its server is reachable from inside only
#   enter CMD…        runs a command on the node: `.cluster/enter kubectl get pods -A`
#   at HOST CMD…      runs a command on a test host: meta (192.0.2.10, plays WhatsApp), abroad (198.51.100.2), inside (198.51.101.2)
#   upstream.hosts    the names outside of the cluster; a change counts after a second
#   log/              what every component says; log/pods/ what pods say
set -euo pipefail
# shellcheck source=test/cluster/state.sh
source "$(dirname "$0")/state.sh"
cd "$project"
((EUID == 0)) || stop "The embedded cluster needs root. Run this again as root, or show the demo on a cluster of your own: make demo CLUSTER=current"

# Two runs must not boot one cluster at once. The parent folder serves as the lock, so that no file is left behind.
exec 9<"$(dirname "$state")"
flock 9

if init_process >/dev/null && [ -e "$state/ready" ]; then
  say "The cluster in $state is up already."
  exit 0
fi
test/cluster/down.sh --quiet
if [ -e "$state" ]; then rmdir "$state" || stop "$state is not a cluster's folder. Move it away, or set CLUSTER_DIR to another one."; fi
step "Booting the cluster in ${state#"$project/"}" test/cluster/boot/start.sh "$state" "$(realpath .tools/bin)"

init=$(init_process)
cat >"$state/enter" <<EOS
#!/bin/sh
if [ "\${PROXYFLEET_CLUSTER:-}" = "$state" ]; then exec nsenter --target 1 --net -- "\$@"; fi # called from inside
export PROXYFLEET_CLUSTER="$state" PATH="$(realpath .tools/bin):\$PATH" KUBECONFIG="$state/admin.conf" KUBECACHEDIR="$state/kubectl-cache"
exec nsenter --target $init --net --mount --pid --uts --wdns="\$PWD" -- "\$@"
EOS
cat >"$state/at" <<EOS
#!/bin/sh
host=\$1
shift
exec "$state/enter" nsenter --net="/run/netns/\$host" -- "\$@"
EOS
chmod +x "$state/enter" "$state/at"
