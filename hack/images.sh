#!/usr/bin/env bash
# Builds both images into .tools/images/{operator,proxy}.tar, each only if something in it changed. Needs root.
set -euo pipefail
# shellcheck source=tooling/step.sh
source "$(dirname "$0")/../tooling/step.sh"
cd "$project"
hack/bases.sh
export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs
export PATH="$project/node_modules/.bin:$project/.tools/go/bin:$PATH"
version=$(node -p 'require("./package.json").version')
mkdir -p .tools/images

# image NAME FILE…: builds images/NAME from its Dockerfile and these FILEs of dist/.
image() {
  local name=$1 base archive=.tools/images/$1.tar key
  shift
  base=$(realpath ".tools/base-$name")
  key=$(cat "images/$name/Dockerfile" "${@/#/dist/}" <(echo "$base $version") | sha256sum | cut -c1-16)
  [ "$(cat "$archive.key" 2>/dev/null)" != "$key" ] || [ ! -e "$archive" ] || [ ! -e "$archive.packages" ] || return 0
  step "Building the $name image" hack/build-image.sh "$name" "$base" "$version" "$archive"
  echo "$key" >"$archive.key"
}

hack/image-contents.sh "$(go env GOARCH)"
image operator proxyfleet.mjs NOTICES.txt
image proxy "supervisor-$(go env GOARCH)"
