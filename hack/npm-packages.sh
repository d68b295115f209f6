#!/usr/bin/env bash
# Installs the npm packages that package-lock.json pins (among them the Node that everything here runs on), unless they are there.
set -euo pipefail
# shellcheck source=tooling/step.sh
source "$(dirname "$0")/../tooling/step.sh"
cd "$project"

# npm writes node_modules/.package-lock.json last. `npm ci` would want the lock to list the packages of every platform, and a lock
# lists only those that the registry of its maker served; --no-save keeps to the lock just the same, and leaves it as it is.
if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
  command -v npm >/dev/null || stop "npm is missing. Install it (Debian: apt-get install npm) and run this again."
  step "Installing npm packages" tooling/again.sh npm install --no-save --no-audit --no-fund
fi
[ -x node_modules/.bin/node ] || stop "npm installed no Node for this machine ($(uname -m)). Run: rm -rf node_modules && npm install --no-save --include=optional"
why=$(node_modules/.bin/node --version 2>&1) || stop "The Node that npm installed does not start: $why. If it names libatomic, run: apt-get install libatomic1"
