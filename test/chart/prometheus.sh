#!/usr/bin/env bash
# Fetches Prometheus and promtool, which test alerts and panels, out of Debian's package into the cache, once, and links them to
# .tools. The package itself is not installed: it would start a Prometheus.
set -euo pipefail
# shellcheck source=tooling/cache.sh
source "$(dirname "$0")/../../tooling/cache.sh"

fetch() { # FOLDER
  cd "$1"
  "$project/tooling/again.sh" apt-get --quiet download prometheus
  dpkg-deb --fsys-tarfile prometheus_*.deb | tar --extract --strip-components 3 ./usr/bin/prometheus ./usr/bin/promtool
  rm prometheus_*.deb
}
if [ "${1:-}" = --into ]; then fetch "$2" && exit; fi

apt-cache show prometheus >/dev/null 2>&1 || {
  ((EUID == 0)) || stop "Debian's package lists are missing, so Prometheus can't be fetched. Run as root: apt-get update"
  step "Reading Debian's package lists" "$project/tooling/again.sh" apt-get --quiet update
}
entry=$cache/prometheus-$(dpkg --print-architecture)
cached "$entry" "Fetching Prometheus" "$project/test/chart/prometheus.sh" --into
for program in prometheus promtool; do
  ln --symbolic --force --no-dereference "$entry/$program" "$project/.tools/$program"
done
