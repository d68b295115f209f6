#!/usr/bin/env bash
# All checks that run no test. Runs every one, also after one has failed.
set -euo pipefail
# shellcheck source=tooling/step.sh
source "$(dirname "$0")/../tooling/step.sh"
cd "$project"
failed=()
check() { step "$@" || failed+=("$1"); }

check "Checking the format" prettier --check --log-level warn .
check "Linting" oxlint --type-aware --deny-warnings
check "Checking types" tsc --noEmit
for folder in integrations/*/tsconfig.json; do
  check "Checking types of $(dirname "$folder")" tsc --noEmit --project "$folder"
done
check "Checking types of the dashboard" tsc --noEmit -p src/web/page
check "Checking that generated files are up to date" node hack/gen.ts --check
check "Checking that the simulator's page is up to date" node bench/simulator.ts --check
check "Checking licences" node hack/licences.ts
check "Checking the documentation" node test/docs/check.ts
check "Checking links" test/docs/links.sh
check "Looking for dead code" knip
check "Checking Go code" hack/check-go.sh
check "Checking workflows" hack/check-workflows.sh
if command -v shellcheck >/dev/null; then
  check "Checking shell scripts" hack/check-shell.sh
else
  say "Checking shell scripts is left out: shellcheck is missing. Install it: apt-get install shellcheck"
fi
((${#failed[@]} == 0)) || stop "Failed: $(printf '%s; ' "${failed[@]}" | sed 's/; $//')."
