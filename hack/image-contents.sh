#!/usr/bin/env bash
# Fills dist/, or the folder CONTENTS, with what the images are made of. The same sources give the same bytes.
#   image-contents.sh ARCHITECTURE…     amd64, arm64: those that the proxy's supervisor is compiled for
set -euo pipefail
# shellcheck source=tooling/step.sh
source "$(dirname "$0")/../tooling/step.sh"
cd "$project"
version=$(node -p 'require("./package.json").version')
contents=${CONTENTS:-$project/dist}
mkdir -p "$contents"
step "Bundling the operator" node hack/bundle.ts "$contents"
for architecture in "$@"; do
  step "Compiling the supervisor for $architecture" env -C images/proxy/supervisor CGO_ENABLED=0 GOARCH="$architecture" GOTOOLCHAIN=local \
    go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$version" -o "$contents/supervisor-$architecture" .
done
