# shellcheck shell=bash
# Things that take long to make, kept in the user's cache folder and named after what they are made of. Source this file.
#
#   cache_entry NAME FILE…           prints the path of the entry made of these FILEs (their content is its key)
#   cached ENTRY WHAT CMD…           makes ENTRY with `CMD… FOLDER`, unless it is there; WHAT is the progress line
#
# CMD fills a temporary folder that takes its place under its final name at once, so an interrupted build leaves nothing
# half made. A lock keeps two runs from building the same entry side by side.

# shellcheck source=tooling/step.sh
source "$(dirname "${BASH_SOURCE[0]}")/step.sh"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/proxyfleet

cache_entry() {
  local name=$1
  shift
  printf '%s/%s-%s' "$cache" "$name" "$(cat "$@" | sha256sum | cut -c1-16)"
}

cached() {
  local entry=$1 what=$2
  shift 2
  if [ -e "$entry" ]; then
    touch "$entry" # in use
    return
  fi
  mkdir -p "$cache"
  (
    flock --nonblock 9 || { say "Another run makes ${entry##*/} now. Waiting for it."; flock 9; }
    [ ! -e "$entry" ] || exit 0
    rm -rf "$entry.part"
    mkdir "$entry.part"
    step "$what" "$@" "$entry.part"
    mv --no-target-directory "$entry.part" "$entry"
    find "$cache" -mindepth 1 -maxdepth 1 -mtime +30 -exec rm -rf {} + # what nobody used for a month
  ) 9>"$entry.lock"
}
