# shellcheck shell=bash
# External addresses: MetalLB's controller assigns them. The node itself is the next hop, so no speaker is needed, and its
# webhooks are off, so that clients need not wait for one. Sourced by init.sh.
kubectl create namespace metallb-system
kubectl apply --server-side --filename "$bin/metallb-crds"
kubectl wait --for condition=Established --timeout 30s --filename "$bin/metallb-crds" # MetalLB ends if one is missing when it starts
start metallb env METALLB_NAMESPACE=metallb-system metallb-controller -kubeconfig "$state/admin.conf" -namespace metallb-system \
  -deployment controller -webhook-mode disabled -disable-cert-rotation
kubectl apply --server-side --filename "$here/../address-pool.yaml"

await "the node" kubectl wait --for condition=Ready node/node-1 --timeout 1s
await "MetalLB" kubectl wait --for 'jsonpath={.status.availableIPv4}' --timeout 1s --namespace metallb-system ipaddresspool/proxyfleet
