#!/usr/bin/env bash
# Checks the workflow files with actionlint (built from its Go module, once), and that each action is pinned to a commit.
set -euo pipefail
# shellcheck source=tooling/cache.sh
source "$(dirname "$0")/../tooling/cache.sh"
cd "$project"
actionlint=v1.7.12
tooling/go.sh
export PATH="$project/.tools/go/bin:$PATH" CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS="-trimpath -buildvcs=false"
entry=$cache/actionlint-$actionlint-$(go env GOARCH)
# `cached` gives the folder as the last argument.
# shellcheck disable=SC2016
cached "$entry" "Building actionlint $actionlint" \
  nice bash -c 'cd / && GOBIN=$2 go install -ldflags "-s -w" "github.com/rhysd/actionlint/cmd/actionlint@$1"' actionlint "$actionlint"
"$entry/actionlint" .github/workflows/*.yaml

# A tag can be moved, a commit can't.
if grep --line-number --extended-regexp '^\s*-?\s*uses:' .github/workflows/*.yaml | grep --invert-match --extended-regexp '@[0-9a-f]{40} # v[0-9.]+$'; then
  stop "Pin these actions as uses: owner/action@COMMIT # vVERSION"
fi
