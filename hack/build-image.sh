#!/usr/bin/env bash
# Builds one image with buildah on a base from the cache and writes it as an archive, uncompressed: that is faster to make and to load.
#   build-image.sh NAME BASE_FOLDER VERSION ARCHIVE
set -euo pipefail
name=$1 base=$2 version=$3 archive=$4
buildah="buildah --root $base/store --runroot $base/run"
id=$(mktemp)
trap 'rm -f "$id" "$archive.part"' EXIT

$buildah build --pull=never --build-arg BASE=localhost/base --build-arg "VERSION=$version" \
  --file "images/$name/Dockerfile" --iidfile "$id" dist
$buildah push "$(cat "$id")" "docker-archive:$archive.part:docker.io/proxyfleet/$name:$version"
$buildah rmi "$(cat "$id")" # the archive is what is kept
mv "$archive.part" "$archive"
