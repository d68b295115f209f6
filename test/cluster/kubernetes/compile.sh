#!/usr/bin/env bash
# Compiles every program of a one-node Kubernetes into a folder, and puts MetalLB's CRDs beside them.
#   compile.sh FOLDER
set -euo pipefail
out=$(realpath "$1")
cd "$(dirname "$0")"
# shellcheck source=test/cluster/kubernetes/versions.sh
source versions.sh
export CGO_ENABLED=0 GOBIN=$out GOTOOLCHAIN=local GOFLAGS="-trimpath -buildvcs=false"

# Without a version linked in, the components call themselves v0.0.0-master, which clients fail to read.
version=k8s.io/component-base/version
nice go build -o "$out/kube" \
  -ldflags "-s -w -X $version.gitVersion=v$kubernetes -X $version.gitMajor=1 -X $version.gitMinor=$(cut -d. -f2 <<<"$kubernetes")" .
for name in etcd kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl; do ln -s kube "$out/$name"; done
nice go build -ldflags '-s -w' -o "$out/pause" ./pause

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd / # outside of any module, so that each program below is built from its own
install() { nice go install -ldflags '-s -w' "$@"; }
install github.com/containerd/containerd/v2/cmd/{containerd,containerd-shim-runc-v2,ctr}@"$containerd"
install "go.universe.tf/metallb/controller@$metallb"
mv "$out/controller" "$out/metallb-controller"
source_of() { go mod download -json "$1" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p'; }
cp --recursive --no-preserve=mode "$(source_of "go.universe.tf/metallb@$metallb")/config/crd/bases" "$out/metallb-crds"

# CoreDNS with only the plugins that test/cluster/boot/dns.sh names: those for clouds are half of its packages.
cp --recursive --no-preserve=mode "$(source_of "github.com/coredns/coredns@$coredns")" "$work/coredns"
printf 'package plugin\n' >"$work/coredns/core/plugin/zplugin.go"
for plugin in bind file hosts kubernetes; do
  printf 'import _ "github.com/coredns/coredns/plugin/%s"\n' "$plugin" >>"$work/coredns/core/plugin/zplugin.go"
done
nice go build -C "$work/coredns" -ldflags '-s -w' -o "$out/coredns" .

# The pause image, as an archive that containerd reads: one layer with one file.
cp "$out/pause" "$work/pause"
tar --create --file "$work/layer.tar" --directory "$work" --owner 0 --group 0 pause
cat >"$work/config.json" <<JSON
{"architecture": "$(go env GOARCH)", "os": "linux", "config": {"Entrypoint": ["/pause"], "User": "65535:65535"},
 "rootfs": {"type": "layers", "diff_ids": ["sha256:$(sha256sum "$work/layer.tar" | cut -d' ' -f1)"]}}
JSON
echo '[{"Config": "config.json", "RepoTags": ["localhost/pause:1"], "Layers": ["layer.tar"]}]' >"$work/manifest.json"
tar --create --file "$out/pause.tar" --directory "$work" manifest.json config.json layer.tar
rm "$out/pause"
