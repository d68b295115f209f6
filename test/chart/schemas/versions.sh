# shellcheck shell=bash disable=SC2034 # used by those who source this
# What the chart's objects are held to: the oldest Kubernetes that it may be installed on, later ones, and that of the embedded cluster,
# which test/cluster/kubernetes/versions.sh names. Source this file.
older_kubernetes=(1.31.14 1.33.13 1.35.4)
prometheus_operator=v0.85.0 # its custom resource definitions
kubeconform=v0.8.0
