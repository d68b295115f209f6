#!/usr/bin/env bash
# Says in one line if a folder's disk has too little room.
#   disk-space.sh FOLDER GIGABYTES WHAT_FOR
set -euo pipefail
# shellcheck source=tooling/step.sh
source "$(dirname "$0")/step.sh"
folder=$1 needed=$2 what_for=$3
mkdir -p "$folder"
free=$(($(df --output=avail --block-size=1M "$folder" | tail -n 1) / 1024))
((free >= needed)) || stop "The disk of $folder has $free GB free, and $what_for needs $needed GB. Free some space, or set XDG_CACHE_HOME to a folder on a larger disk."
