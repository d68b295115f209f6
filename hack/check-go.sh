#!/usr/bin/env bash
# Checks the format of all Go files, and each Go module with `go vet`.
set -euo pipefail
cd "$(dirname "$0")/.."
unformatted=$(git ls-files --cached --others --exclude-standard '*.go' | xargs --no-run-if-empty gofmt -l)
[ -z "$unformatted" ] || { printf 'Run gofmt -w on:\n%s\n' "$unformatted"; exit 1; }
for module in images/proxy/supervisor bench/proxy/load; do
  GOTOOLCHAIN=local go -C "$module" vet ./...
done
