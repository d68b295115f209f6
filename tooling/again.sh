#!/usr/bin/env bash
# Runs a command that fetches something, and once more after 5 s if it fails: most failures of a network pass by themselves.
#   again.sh CMD…
set -euo pipefail
"$@" && exit
echo "It failed with status $?. Trying once more in 5 s." >&2
sleep 5
exec "$@"
