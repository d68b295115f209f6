# shellcheck shell=bash
# Where an embedded cluster keeps its state, and how its processes and cgroups are told from others. Source this file.
#   CLUSTER_DIR   the folder of the cluster; default: .cluster in the project

# shellcheck source=tooling/step.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../tooling/step.sh"
state=$(realpath --canonicalize-missing "${CLUSTER_DIR:-$project/.cluster}")

# The processes that started this cluster: `unshare`, and under it the first process of the namespaces, which all others end
# with. They are known by their command lines: a number kept in a file may be another process's by now. Prints their numbers.
processes() { # unshare|bash
  local file words
  for file in /proc/[0-9]*/cmdline; do
    { mapfile -d '' -t words <"$file"; } 2>/dev/null || continue
    if [ "${words[0]:-}" = "$1" ] && [[ " ${words[*]} " == *"/boot/init.sh $state "* ]]; then echo "${file//[!0-9]/}"; fi
  done
}

# The first process (number 1 in the cluster's own count). Prints its number; fails if there is none.
init_process() {
  local process
  for process in $(processes bash); do
    [ "$(awk '/^NSpid:/ { print $NF }' "/proc/$process/status" 2>/dev/null)" != 1 ] || { echo "$process" && return; }
  done
  return 1
}

# The cluster's own cgroup: two kubelets under one would clear away each other's pods. The inode tells folders of one name apart.
cgroup() { echo "/proxyfleet-$(stat --format %i "$state")"; }

# The folders of that cgroup that exist: one in each controller's hierarchy (cgroup v1), or the only one (v2).
cgroup_folders() {
  local folder
  for folder in /sys/fs/cgroup"$(cgroup)" /sys/fs/cgroup/*"$(cgroup)"; do [ ! -d "$folder" ] || echo "$folder"; done
}
