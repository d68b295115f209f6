# shellcheck shell=bash
# Gives the cluster its own view of the folders that Kubernetes' parts use by fixed names, so that clusters side by side, and
# the machine's own containers, don't meet in them. Sourced by init.sh.
hostname node-1

echo "nameserver 172.30.0.1" >resolv.conf
real_resolv_conf=$(realpath --canonicalize-missing /etc/resolv.conf) # may be a link into /run
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p "$(dirname "$real_resolv_conf")"
[ -e "$real_resolv_conf" ] || touch "$real_resolv_conf"
mount --bind resolv.conf "$real_resolv_conf"

mkdir -p kubelet cni
mount --bind kubelet /var/lib/kubelet
mount --bind cni /var/lib/cni
mount --bind log /var/log
