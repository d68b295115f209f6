#!/usr/bin/env bash
# Checks every shell script of the project, and through them the files that they source.
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -t scripts < <(git ls-files --cached --others --exclude-standard bench hack test tooling .ci | xargs grep --files-with-matches --max-count 1 '^#!.*sh$')
shellcheck --external-sources --check-sourced --source-path . "${scripts[@]}"
