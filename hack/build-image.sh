#!/usr/bin/env bash
# Builds one image with buildah on a base from the cache and writes it as an archive, uncompressed: that is faster to make and to load.
# All times in it are SOURCE_DATE_EPOCH (default 0), so that the same contents on the same base give the same image.
# ARCHIVE.packages lists the Debian packages in it, as dpkg does.
#   build-image.sh NAME BASE_FOLDER VERSION ARCHIVE [CONTENTS_FOLDER]
set -euo pipefail
name=$1 base=$2 version=$3 archive=$4 contents=${5:-dist}
buildah="buildah --root $base/store --runroot $base/run"
id=$(mktemp)
trap 'rm -f "$id" "$archive.part"' EXIT

$buildah build --pull=never --timestamp "${SOURCE_DATE_EPOCH:-0}" --file "images/$name/Dockerfile" --iidfile "$id" \
  --build-arg BASE=localhost/base --build-arg "VERSION=$version" --build-arg "TARGETARCH=$(go env GOARCH)" "$contents"
$buildah push "$(cat "$id")" "docker-archive:$archive.part:docker.io/proxyfleet/$name:$version"
container=$($buildah from --pull=never "$(cat "$id")")
folder=$($buildah mount "$container")
cat "$folder/var/lib/dpkg/status" "$folder"/var/lib/dpkg/status.d/* 2>/dev/null >"$archive.packages" || true
[ -s "$archive.packages" ]
$buildah rm "$container"
$buildah rmi "$(cat "$id")" # the archive is what is kept
mv "$archive.part" "$archive"
