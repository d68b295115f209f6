#!/usr/bin/env bash
# Installs the npm packages that package-lock.json pins (among them the Node that everything here runs on), unless they are there.
# And those of each folder in integrations, which has a package-lock.json of its own.
set -euo pipefail
# shellcheck source=tooling/step.sh
source "$(dirname "$0")/../tooling/step.sh"
cd "$project"

# npm writes node_modules/.package-lock.json last. `npm ci` would want the lock to list the packages of every platform, and a lock
# lists only those that the registry of its maker served; --no-save keeps to the lock just the same, and leaves it as it is.
are_there() { [ "$1/node_modules/.package-lock.json" -nt "$1/package-lock.json" ]; }
install() { # FOLDER WHAT
  command -v npm >/dev/null || stop "npm is missing. Install it (Debian: apt-get install npm) and run this again."
  step "Installing $2" tooling/again.sh npm --prefix "$1" install --no-save --no-audit --no-fund
}
are_there . || install . "npm packages"
for lock in integrations/*/package-lock.json; do
  folder=$(dirname "$lock")
  are_there "$folder" || install "$folder" "npm packages of $folder"
done
[ -x node_modules/.bin/node ] || stop "npm installed no Node for this machine ($(uname -m)). Run: rm -rf node_modules && npm install --no-save --include=optional"
why=$(node_modules/.bin/node --version 2>&1) || stop "The Node that npm installed does not start: $why. If it names libatomic, run: apt-get install libatomic1"
