#!/usr/bin/env bash
# Installs the npm packages that package-lock.json pins (among them the Node that everything here runs on), unless they are there.
set -euo pipefail
# shellcheck source=hack/step.sh
source "$(dirname "$0")/step.sh"
cd "$project"

# npm writes node_modules/.package-lock.json last.
if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
  command -v npm >/dev/null || stop "npm is missing. Install it (Debian: apt-get install npm) and run this again."
  step "Installing npm packages" hack/again.sh npm ci --no-audit --no-fund
fi
node_modules/.bin/node --version >/dev/null 2>&1 ||
  stop "npm did not install Node for this machine ($(uname -m)). Run: rm -rf node_modules && npm ci --include=optional"
