#!/usr/bin/env bash
# Installs the CRDs and the operator in the embedded cluster, from the same file that a user applies, and waits for it.
# Deployments whose image changed under its old tag are restarted: nothing else would tell them.
set -euo pipefail
# shellcheck source=test/cluster/state.sh
source "$(dirname "$0")/state.sh"
cd "$project"
[ -e "$state/ready" ] || stop "There is no cluster in $state. Boot it: make cluster"
kubectl() { "$state/enter" kubectl "$@"; }

# users_of IMAGE: the Deployments that use it, as lines of NAMESPACE NAME
users_of() {
  kubectl get deployments --all-namespaces --output \
    jsonpath='{range .items[*]}{.metadata.namespace} {.metadata.name} {.spec.template.spec.containers[*].image}{"\n"}{end}' |
    awk -v image="$1:" '{ for (i = 3; i <= NF; i++) if (index($i, image)) { print $1, $2; next } }'
}

# restart_if_changed NAME: restarts what uses this image, if it was deployed before and is another one now
restart_if_changed() {
  local loaded=$state/images/$1.loaded deployed=$state/images/$1.deployed namespace name
  if [ -e "$deployed" ] && ! cmp --silent "$loaded" "$deployed"; then
    while read -r namespace name; do kubectl rollout restart --namespace "$namespace" "deployment/$name"; done < <(users_of "proxyfleet/$1")
  fi
  cp "$loaded" "$deployed"
}

node_modules/.bin/node hack/install-yaml.ts
kubectl apply --server-side --force-conflicts --filename dist/install.yaml # conflicts: with a Helm that was tried here before
kubectl wait --for condition=Established --timeout 30s --filename crds/
restart_if_changed operator
restart_if_changed proxy
for deployment in $(kubectl get deployments --namespace proxyfleet-system --output name); do
  kubectl rollout status --namespace proxyfleet-system --timeout 120s "$deployment" || { test/cluster/diagnose.sh; exit 1; }
done

# The API server's admission learns of new kinds up to half a minute late, and refuses the children of a new fleet meanwhile.
owner='{"apiVersion":"proxyfleet.dev/v1alpha1","kind":"WhatsAppProxy","name":"x","uid":"x","blockOwnerDeletion":true}'
child='{"apiVersion":"v1","kind":"Secret","metadata":{"name":"child","namespace":"default","ownerReferences":['$owner']}}'
as=system:serviceaccount:proxyfleet-system:proxyfleet
give_up=$((SECONDS + 60))
until refusal=$(kubectl create --as "$as" --dry-run=server --validate=false --filename - <<<"$child" 2>&1); do
  ((SECONDS < give_up)) || stop "The API server does not take a fleet as the owner of a Secret: $refusal"
  sleep 0.5
done
