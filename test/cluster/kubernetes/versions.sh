# shellcheck shell=bash disable=SC2034 # used by those who source this
# The versions that the embedded cluster is built from. Source this file. Kubernetes' own version also stands in go.mod (see update.sh).
kubernetes=1.36.3
containerd=v2.3.6
coredns=v1.15.0
metallb=v0.15.2 # the newest whose modules can all be fetched
