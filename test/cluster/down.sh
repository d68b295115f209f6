#!/usr/bin/env bash
# Ends the embedded cluster in CLUSTER_DIR (default .cluster) and removes all that it made, also when it is half dead.
#   down.sh [--quiet]
set -euo pipefail
# shellcheck source=test/cluster/state.sh
source "$(dirname "$0")/state.sh"
quiet=${1:-}

if [ ! -e "$state/made-by-proxyfleet" ]; then
  [ -n "$quiet" ] || say "There is no cluster in $state."
  exit 0
fi
((EUID == 0)) || stop "The cluster in $state was made by root. Run this again as root."

# With the first process of the namespaces everything in them ends: processes, mounts, network devices.
for process in $(processes bash) $(processes unshare); do kill -KILL "$process" 2>/dev/null || true; done
for _ in $(seq 100); do
  [ -n "$(processes bash)$(processes unshare)" ] || break
  sleep 0.1
done
[ -z "$(processes bash)" ] || stop "Processes of the cluster in $state still live after 10 s: $(processes bash | xargs). Look at what holds them: ps -o pid,stat,wchan,args"

# The kernel keeps a dead process in its cgroup for a moment.
for folder in $(cgroup_folders); do
  for _ in $(seq 50); do
    find "$folder" -depth -type d -exec rmdir {} + 2>/dev/null && break
    sleep 0.1
  done
done
rm -rf --one-file-system "$state"
[ -n "$quiet" ] || say "The cluster in $state has ended."
