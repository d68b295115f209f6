#!/usr/bin/env bash
# Fetches promtool, which tests alerts, out of Debian's package of Prometheus into the cache, once, and links it to .tools/promtool.
# The package itself is not installed: it would start a Prometheus.
set -euo pipefail
# shellcheck source=tooling/cache.sh
source "$(dirname "$0")/../../tooling/cache.sh"

fetch() { # FOLDER
  cd "$1"
  "$project/tooling/again.sh" apt-get --quiet download prometheus
  dpkg-deb --fsys-tarfile prometheus_*.deb | tar --extract --strip-components 3 ./usr/bin/promtool
  rm prometheus_*.deb
}
if [ "${1:-}" = --into ]; then fetch "$2" && exit; fi

apt-cache show prometheus >/dev/null 2>&1 || {
  ((EUID == 0)) || stop "Debian's package lists are missing, so promtool can't be fetched. Run as root: apt-get update"
  step "Reading Debian's package lists" "$project/tooling/again.sh" apt-get --quiet update
}
entry=$cache/promtool-$(dpkg --print-architecture)
cached "$entry" "Fetching promtool" "$project/test/chart/promtool.sh" --into
ln --symbolic --force --no-dereference "$entry/promtool" "$project/.tools/promtool"
