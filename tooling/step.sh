# shellcheck shell=bash
# Progress lines for long steps. Source this file.
#
#   step WHAT CMD…   prints WHAT, runs CMD with its output kept in a log file, then prints how long it took.
#                    When CMD fails, it prints the end of that log and where the whole of it is.
#   say TEXT         one line
#   stop TEXT        one line on stderr, then exit 1: what is wrong and what to do
#
# CMD must be a program, not a shell function: inside a function that is called this way, `set -e` has no effect.

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# A script that is run by hand finds the project's own programs, as one that make runs.
export PATH=$project/node_modules/.bin:$project/.tools/go/bin:$PATH

say() { printf '%s\n' "$*"; }

stop() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Seconds as a person reads them: "0.4 s", "12 s", "8 min 3 s". Takes microseconds.
duration() {
  local tenths=$(($1 / 100000))
  if ((tenths < 100)); then
    printf '%d.%d s' $((tenths / 10)) $((tenths % 10))
  elif ((tenths < 600)); then
    printf '%d s' $((tenths / 10))
  else
    printf '%d min %d s' $((tenths / 600)) $((tenths % 600 / 10))
  fi
}

now() { printf '%s' "${EPOCHREALTIME/[.,]/}"; }

step() {
  local what=$1 name log began status=0
  shift
  name=${what%% (*}
  log=$project/.tools/logs/$(tr -cs '[:alnum:]\n' - <<<"${name,,}").log
  mkdir -p "$project/.tools/logs"
  printf '%s … ' "$what"
  began=$(now)
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if ((status == 0)); then
    printf 'done in %s\n' "$(duration $(($(now) - began)))"
    return
  fi
  printf 'failed after %s\n' "$(duration $(($(now) - began)))"
  printf -- '--- the last lines of %s:\n' "$log"
  tail -n 60 "$log"
  printf -- '--- end of %s\n' "$log"
  return "$status"
}
