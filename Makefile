# What a person does with this project. Every target does its own set-up, says in a line what takes long, and is faster the
# second time. What the machine must have: make, npm and pip; root for the cluster and the images.

SHELL := /bin/bash
export PATH := $(CURDIR)/node_modules/.bin:$(CURDIR)/.tools/go/bin:$(PATH)
root := $(filter 0,$(shell id -u))

.NOTPARALLEL:
.PHONY: help demo test check gen bundle package programs integrations sbom bench sim cluster images deploy down test-unit test-integration test-e2e test-slow scan set-up cluster-tools tools

help: ## lists the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-18s%s\n", $$1, $$2 }' Makefile

ifeq ($(CLUSTER),current)
demo: bundle ## shows what Proxyfleet does, with real parts (CLUSTER=current: on the cluster of your current kubeconfig)
	@node demo/demo.ts --cluster current
else
demo: deploy
	@node demo/demo.ts
endif

test: test-unit test-integration test-e2e ## runs all tests but the long ones

check: set-up ## format, lint, types, generated files, dead code
	@hack/check.sh

gen: set-up ## writes the generated files again (CRDs, the chart's values, schema and README)
	@node hack/gen.ts

bundle: set-up ## writes dist/install.yaml, the chart as one file for kubectl
	@hack/chart/helm.sh
	@node hack/install-yaml.ts

package: set-up ## writes dist/proxyfleet-VERSION.tgz, the npm package: the program, and resources for Pulumi
	@node hack/bundle.ts && node hack/npm-package.ts
	@cd dist && npm pack --silent ./npm

integrations: set-up ## writes dist/proxyfleet-argocd-tab.tgz and dist/proxyfleet-headlamp.tgz, for Argo CD and Headlamp
	@hack/integrations.sh

programs: set-up ## writes dist/programs: kubectl-proxyfleet as one file for Linux and Windows (on a Mac: for macOS), and Krew's manifest
	@node hack/programs.ts

sbom: images ## writes dist/sbom-operator.json and dist/sbom-proxy.json: what is in each image (CycloneDX; needs npm 10)
	@node hack/sbom.ts

bench: tools ## measures the program, status of 1,000 fleets, the proxy, how soon a block is seen, the dashboard, the operator with 1,000 fleets (FLEETS=100: quicker), moves beside a tenant in trouble, and rotations (MOVES=100)
	@node hack/bundle.ts && node bench/program.ts
	@PROXYFLEET_BIN=$(CURDIR)/.tools/bin node bench/commands.ts $(FLEETS)
	@node bench/proxy.ts
	@node bench/detection.ts
	@node bench/dashboard.ts
	@PROXYFLEET_BIN=$(CURDIR)/.tools/bin node bench/fleets.ts $(FLEETS)
	@PROXYFLEET_BIN=$(CURDIR)/.tools/bin node bench/neighbours.ts
	@MOVES=$(MOVES) bench/rotation.sh

sim: set-up ## plays the operator against simulated censors, and writes docs/simulator.md (ten minutes)
	@node bench/simulator.ts

cluster: cluster-tools ## boots the embedded cluster and leaves it up, in .cluster (or CLUSTER_DIR)
	@test/cluster/up.sh

images: cluster-tools ## builds both images, and loads them into the embedded cluster if it is up
	@hack/images.sh
	@test/cluster/load-images.sh

deploy: cluster images ## installs the CRDs and the operator in the embedded cluster
	@test/cluster/deploy.sh

down: ## ends the embedded cluster
	@test/cluster/down.sh

test-unit: tools ## tests of pure code, and of the proxy's supervisor
	@test/run.sh unit

test-integration: tools ## tests against a real API server and a real HAProxy
	@test/run.sh integration

scan: tools ## asks lanes of ours and ordinary servers what a prober asks, and prints what tells ours apart
	@PROXYFLEET_HAPROXY=$(CURDIR)/.tools/haproxy node test/integration/scan/print.ts

test-e2e: tools ## tests on an embedded cluster of their own (root)
	@test/e2e/run.sh

test-slow: tools ## the long runs: their last results are in docs/slow-runs.md
	@test/run.sh slow
	@PROXYFLEET_LONG=1 test/e2e/run.sh addresses
	@test/e2e/run.sh trouble blocks

# npm packages (with Node), Debian packages, Go
set-up:
	@hack/debian-packages.sh
	@hack/npm-packages.sh
	@tooling/go.sh

# and the programs of the cluster, Helm, and what the images stand on
cluster-tools: set-up
	@test/cluster/kubernetes/build.sh
	@hack/chart/helm.sh
	@$(if $(root),hack/bases.sh)

# and what only tests need: a browser, schemas to hold the chart to, Prometheus, and Argo CD
tools: cluster-tools
	@hack/debian-packages.sh browser
	@test/chart/schemas/build.sh
	@test/chart/prometheus.sh
	@test/stand-ins/external-dns/build.sh
	@$(if $(root),test/cluster/argocd/build.sh)
