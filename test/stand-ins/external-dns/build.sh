#!/usr/bin/env bash
# Builds the stand-in for ExternalDNS from ExternalDNS's own packages, once, into the cache, and links it to .tools/external-dns.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
# shellcheck source=tooling/cache.sh
source "$here/../../../tooling/cache.sh"
"$here/../../../tooling/go.sh"
export PATH="$project/.tools/go/bin:$PATH" GOTOOLCHAIN=local CGO_ENABLED=0
compile() { (cd "$here/program" && nice go build -trimpath -buildvcs=false -ldflags "-s -w" -o "$1/external-dns" .); }
entry=$(cache_entry external-dns "$here"/program/{main.go,go.mod,go.sum} <(go env GOARCH))
[ -e "$entry" ] || "$here/../../../tooling/disk-space.sh" "$cache" 2 "building ExternalDNS"
cached "$entry" "Building ExternalDNS (about 3 minutes on 2 cores, once)" compile
ln --symbolic --force --no-dereference "$entry" "$project/.tools/external-dns"
