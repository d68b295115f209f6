#!/usr/bin/env bash
# Runs the tests that need no cluster.
#   run.sh unit          pure code, the chart, builds, generators, the demo and shared tooling; and the supervisor's own tests
#   run.sh integration   against a real API server, a real HAProxy and a real browser, on loopback; no root needed
#   run.sh slow          the long runs
#   run.sh mutation      the last of them: how much of the pure code can be broken without a test that fails.
#                        Of one room: run.sh mutation --mutate 'src/pods/*.ts'
set -euo pipefail
# shellcheck source=tooling/step.sh
source "$(dirname "$0")/../tooling/step.sh"
cd "$project"
export PROXYFLEET_BIN=$project/.tools/bin
if [ -x .tools/haproxy ]; then
  export PROXYFLEET_HAPROXY=$project/.tools/haproxy
else
  say "HAProxy 3.0 is not here, so tests that need it are left out. It comes with the image bases, which need root."
fi
if [ "$1" = integration ] && ! [ -x "${PROXYFLEET_CHROMIUM:-/usr/bin/chromium}" ]; then
  say "Chromium is not here, so share pages, and what is for Argo CD and Headlamp, are not looked at in a browser. As root, hack/debian-packages.sh browser installs it."
fi

# --test-force-exit, where TLS servers are cut off: at its end, Node 26.10 may turn for ever in freeing the handles of such a server.
case $1 in
  unit)
    node --test --test-reporter=spec 'test/{unit,chart}/**/*.test.ts' '{hack,demo,tooling}/**/*.test.ts'
    cd images/proxy/supervisor && GOTOOLCHAIN=local go test ./...
    ;;
  # Two files at a time, also on two cores, where Node would take one by one: most of the time they wait.
  integration) node --test --test-force-exit --test-concurrency=2 --test-reporter=spec 'test/integration/**/*.test.ts' 'integrations/{test,*/test}/*.test.ts' ;;
  slow)
    node --test --test-reporter=spec 'test/slow/**/*.test.ts'
    PROXYFLEET_SOAK_SECONDS=${PROXYFLEET_SOAK_SECONDS:-600} node --test --test-force-exit --test-reporter=spec 'test/integration/soak/*.test.ts'
    test/run.sh mutation
    ;;
  # Of each change to the pure code, whether a test fails. Node reads what it compiled before: a test file is started for each change.
  mutation) NODE_COMPILE_CACHE=$project/dist/compile-cache stryker run test/mutation/stryker.json "${@:2}" ;;
esac
