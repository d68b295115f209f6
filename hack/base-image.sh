#!/usr/bin/env bash
# Makes the base that an image stands on in development: Debian 13 with what the public base image would bring.
#   base-image.sh operator|proxy FOLDER
# FOLDER/rootfs is the root file system; FOLDER/store is a buildah storage that holds it as localhost/base.
set -euo pipefail
kind=$1 folder=$(realpath "$2") project=$(dirname "$(dirname "$(realpath "$0")")")
case $kind in
  operator) packages=ca-certificates,libatomic1 ;; # libatomic1: Node is linked to it
  proxy) packages=ca-certificates,haproxy ;;       # Debian 13 has HAProxy 3.0, the long-term line
esac

# No mirror is named: debootstrap's default serves. A second attempt needs an empty folder.
bootstrap() { rm -rf "$folder/rootfs" && debootstrap --variant=minbase --include="$packages" trixie "$folder/rootfs"; }
bootstrap || { sleep 5 && bootstrap; }
cd "$folder/rootfs"
rm -rf usr/share/{doc,man,locale,info,lintian,bash-completion}/* var/lib/apt/lists/* var/cache/apt/* var/log/*
if [ "$kind" = operator ]; then install -D "$(realpath "$project/node_modules/.bin/node")" usr/local/bin/node; fi

buildah="buildah --root $folder/store --runroot $folder/run"
container=$($buildah from scratch)
$buildah copy --quiet "$container" "$folder/rootfs" /
$buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
$buildah commit --quiet --rm "$container" localhost/base
