# shellcheck shell=bash disable=SC2034 # used by those who source this
# The version of Argo CD that the tests run. It also stands in go.mod (see update.sh). Source this file.
argocd=v3.2.11 # the newest whose modules can all be fetched and that Go 1.26 compiles
