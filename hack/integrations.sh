#!/usr/bin/env bash
# Packs what other programs' pages load: the tab for Argo CD, and the plugin for Headlamp.
set -euo pipefail
# shellcheck source=tooling/step.sh
source "$(dirname "$0")/../tooling/step.sh"
cd "$project"
mkdir -p dist
for folder in integrations/argocd-tab integrations/headlamp; do
  step "Packing $folder" npm --prefix "$folder" run --silent package
  cp "$folder"/dist/*.tgz dist/
done
