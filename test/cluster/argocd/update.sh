#!/usr/bin/env bash
# Writes go.mod and go.sum anew for the Argo CD version in versions.sh. Run it after changing that version, and commit both.
# Argo CD's go.mod has replacements, and Go minds those of the main module alone; so this module repeats them.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=test/cluster/argocd/versions.sh
source versions.sh
module=github.com/argoproj/argo-cd/v3
go_mod_of_argocd=$(cd / && go mod download -json "$module@$argocd" | sed -n 's/.*"GoMod": "\(.*\)".*/\1/p')
rm -f go.sum
{
  printf 'module proxyfleet.dev/argocd\n\ngo 1.26\n\ntool %s/cmd\n\nrequire %s %s\n\n' "$module" "$module" "$argocd"
  sed -nE 's/^\s*(replace )?(\S+( v\S+)?) => (\S+ v\S+).*/replace \2 => \4/p' "$go_mod_of_argocd"
} >go.mod
go mod tidy
