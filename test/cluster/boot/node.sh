# shellcheck shell=bash
# The node: containerd, kubelet, kube-proxy. Sourced by init.sh.

# Pods are reached over routes (ptp), not over a bridge: so what a pod sends to another one passes kube-proxy's rules whatever
# modules the kernel has.
mkdir -p cni-config
cat >cni-config/10-pods.conflist <<'JSON'
{"cniVersion": "1.0.0", "name": "pods", "plugins": [
  {"type": "ptp", "ipMasq": true, "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.244.0.0/22"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
JSON

# restrict_oom_score_adj: a sandboxed machine may lack the right to lower it.
cat >containerd.toml <<TOML
version = 3
root = "$state/containerd"
[plugins.'io.containerd.internal.v1.opt']
path = "$state/containerd/opt"
[plugins.'io.containerd.cri.v1.images'.pinned_images]
sandbox = "localhost/pause:1"
[plugins.'io.containerd.cri.v1.runtime']
restrict_oom_score_adj = true
[plugins.'io.containerd.cri.v1.runtime'.cni]
bin_dirs = ["/usr/lib/cni"]
conf_dir = "$state/cni-config"
TOML
start containerd containerd --config containerd.toml

# The cgroup of all pods. Version 1 has a hierarchy for each controller; a new cpuset is unusable until it is filled in.
# Version 2 has one hierarchy; its controllers must be switched on for what is under the root.
cgroup=/proxyfleet-$(stat --format %i "$state")
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  read -ra controllers </sys/fs/cgroup/cgroup.controllers
  for controller in "${controllers[@]}"; do echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control || true; done
  mkdir -p "/sys/fs/cgroup$cgroup"
else
  for hierarchy in /sys/fs/cgroup/*/; do mkdir -p "$hierarchy$cgroup"; done
  for file in cpuset.cpus cpuset.mems; do cat "/sys/fs/cgroup/cpuset/$file" >"/sys/fs/cgroup/cpuset$cgroup/$file"; done
fi

# Block YAML: the kubelet reads a file that starts with "{" as JSON. Image garbage collection is off: nothing could be fetched again.
cat >kubelet.yaml <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false
failSwapOn: false
cgroupDriver: cgroupfs
cgroupRoot: $cgroup
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
clusterDNS: [$node]
clusterDomain: cluster.local
resolvConf: $state/resolv.conf
volumePluginDir: /var/lib/kubelet/volume-plugins
authentication: {anonymous: {enabled: false}, x509: {clientCAFile: "$state/pki/ca.crt"}, webhook: {enabled: true}}
authorization: {mode: Webhook}
localStorageCapacityIsolation: false
enforceNodeAllocatable: []
evictionHard: {memory.available: 100Mi}
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
YAML

cat >kube-proxy.yaml <<YAML
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
clusterCIDR: 10.244.0.0/16
clientConnection: {kubeconfig: "$state/admin.conf"}
conntrack: {maxPerCore: 0}
YAML

await "containerd" ctr version
ctr --namespace k8s.io images import "$bin/pause.tar"

await "the API server" kubectl get --raw /readyz
start kube-controller-manager kube-controller-manager --kubeconfig admin.conf --service-account-private-key-file pki/service-accounts.key \
  --root-ca-file pki/ca.crt --use-service-account-credentials --leader-elect=false \
  --horizontal-pod-autoscaler-sync-period 2s
start kube-scheduler kube-scheduler --kubeconfig admin.conf --leader-elect=false
start coredns coredns -conf Corefile
start kubelet kubelet --kubeconfig admin.conf --config kubelet.yaml --node-ip "$node"
start kube-proxy kube-proxy --config kube-proxy.yaml
