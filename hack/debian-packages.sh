#!/usr/bin/env bash
# Installs the Debian packages that the cluster, the images and the checks need, if any is missing.
# Without root it changes nothing and says what is missing.
#   debian-packages.sh           what everything needs
#   debian-packages.sh browser   what tests of pages in a browser need: 500 MB
set -euo pipefail
# shellcheck source=tooling/step.sh
source "$(dirname "$0")/../tooling/step.sh"

packages=(
  runc containernetworking-plugins nftables iproute2 conntrack # the node: containers, pod network, kube-proxy
  buildah debootstrap                                          # images, and the base they stand on
  openssl procps util-linux                                    # the cluster's certificates; its processes and namespaces
  libatomic1                                                   # Node
  knot                                                         # a DNS server for tests of names. It is not started
  redis-tools git                                              # Argo CD. redis-tools has the server too, and starts no service
  zsh fish                                                     # tests of completion
  shellcheck                                                   # make check
)
if [ "${1:-}" = browser ]; then
  packages=(
    chromium                        # with a screen in memory only
    fonts-noto-core fonts-noto-cjk  # all languages of share pages
  )
fi

missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
((${#missing[@]})) || exit 0

if ((EUID)); then
  say "Not root, so these Debian packages are not installed: ${missing[*]}. What needs them is left out; run as root to have it."
  exit 0
fi

export DEBIAN_FRONTEND=noninteractive
apt=(apt-get --quiet --yes --option DPkg::Lock::Timeout=600)
lists_name_all() { apt-cache show "${missing[@]}" >/dev/null 2>&1; }
install() { step "Installing Debian packages: ${missing[*]}" "${apt[@]}" install --no-install-recommends "${missing[@]}"; }

# Lists may be missing, or so old that what they name is gone. Then a second attempt follows with fresh ones.
if ! lists_name_all || ! install; then
  step "Reading Debian's package lists" tooling/again.sh "${apt[@]}" update
  install
fi
