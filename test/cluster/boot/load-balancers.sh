# shellcheck shell=bash
# External addresses: MetalLB's controller assigns them. The node itself is the next hop, so no speaker is needed, and its
# webhooks are off, so that clients need not wait for one. Sourced by init.sh.
kubectl create namespace metallb-system
kubectl apply --server-side -f "$bin/metallb-crds"
start metallb env METALLB_NAMESPACE=metallb-system metallb-controller -kubeconfig "$state/admin.conf" -namespace metallb-system \
  -deployment controller -webhook-mode disabled -disable-cert-rotation
kubectl wait --for condition=Established crd/ipaddresspools.metallb.io
kubectl apply --server-side -f "$here/../address-pool.yaml"
await "the node" kubectl wait --for condition=Ready node/node-1 --timeout 1s
