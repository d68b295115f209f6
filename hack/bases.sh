#!/usr/bin/env bash
# Makes the bases of both images, once, in the cache, and links them to .tools/base-{operator,proxy}. Needs root.
# Also writes .tools/haproxy, which runs the HAProxy of the proxy's base on this machine, for tests outside of the cluster.
set -euo pipefail
# shellcheck source=tooling/cache.sh
source "$(dirname "$0")/../tooling/cache.sh"
cd "$project"
((EUID == 0)) || stop "Building images needs root. Run this again as root."
mkdir -p .tools

# base NAME INGREDIENT…
base() {
  local name=$1 entry
  shift
  entry=$(cache_entry "base-$name" hack/base-image.sh <(uname -m) <(echo "$@"))
  [ -e "$entry" ] || tooling/disk-space.sh "$cache" 3 "the base of the $name image"
  cached "$entry" "Making the base of the $name image from Debian 13 (about half a minute, once)" hack/base-image.sh "$name"
  ln --symbolic --force --no-dereference "$entry" ".tools/base-$name"
}

# HAProxy brings its own C library, so its own loader starts it. --argv0: when it reloads, it starts itself by that name again.
link_haproxy() {
  local root loader libraries
  root=$(realpath .tools/base-proxy/rootfs)
  loader=$(find "$root"/lib*/ -name 'ld-linux-*.so.*' -print -quit)
  libraries=$(find "$root/usr/lib" -maxdepth 1 -name '*-linux-gnu' -print -quit)
  cat >.tools/haproxy <<SCRIPT
#!/bin/sh
exec "$loader" --library-path "$libraries" --argv0 "\$0" "$root/usr/sbin/haproxy" "\$@"
SCRIPT
  chmod +x .tools/haproxy
}

export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs
base operator "$(node_modules/.bin/node --version)"
base proxy
link_haproxy
