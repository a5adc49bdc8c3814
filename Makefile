# Trunkline. `make` lists what can be done. Needs git, make and Node >= 20 with npm; everything else is installed here.

NODE := node_modules/.bin/node
BIN := node_modules/.bin
# Biome, oxlint and npm scripts find the project's own Node 24 first.
export PATH := $(CURDIR)/$(BIN):$(PATH)

SOURCES := schemas runtime ingest processors query-api deploy bench
PORT_BASE ?= 4000
DATA ?= data

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Not `npm ci`: npm 11 and 12 refuse it when a registry lacks another platform's optional packages. This installs the
# lockfile's versions all the same and leaves it untouched.
node_modules/.package-lock.json: package.json package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing: install Node 20 or newer (https://nodejs.org)"; exit 1; }
	@echo "installing the packages of package-lock.json (about 1 GiB on disk: ClickHouse's engine is one of them) ..."
	npm install --no-save --no-audit
	@touch $@

.PHONY: install
install: node_modules/.package-lock.json ## Install what is missing

.PHONY: run
run: install ## Start everything on this machine with demo traffic (DATA=data PORT_BASE=4000)
	@exec $(NODE) deploy/cli/trunkline.mjs up --demo --data $(DATA) --port-base $(PORT_BASE)

.PHONY: test
test: check test-unit test-integration ## Everything: format, lint, types, unit and integration tests on the embedded engines

.PHONY: check
check: install ## Format, lint and types
	biome format
	oxlint --type-aware --deny-warnings
	tsc --noEmit

.PHONY: test-unit
# One process for all of them: starting one a file costs more than the tests do. A test that hangs fails in the end.
test-unit: install ## Pure tests: no network, no engines
	$(NODE) --test --test-isolation=none --test-timeout=180000 $(foreach folder,$(SOURCES),'$(folder)/**/!(conformance).test.ts')

.PHONY: test-integration
# A test that failed may have left servers behind: its file must end all the same.
test-integration: install ## Tests against the embedded engines, and whole-system runs with kills
	$(NODE) --test --test-concurrency=1 --test-timeout=600000 --test-force-exit 'deploy/embedded/*/conformance.test.ts' $(foreach folder,$(SOURCES),'$(folder)/**/*.integration.ts')

.PHONY: test-system
test-system: install ## What takes long: whole-system runs, upgrades, restores, slow clients, full disks, what is synced when
	$(NODE) --test --test-concurrency=1 --test-timeout=600000 --test-force-exit 'deploy/**/*.system.ts'

CLIENTS ?= data/test-clients
.PHONY: test-clients
test-clients: install ## kcat and @platformatic/kafka beside kafkajs on the embedded Kafka (needs kcat)
	@command -v kcat >/dev/null || { echo "kcat is missing: install it (Debian: apt-get install kcat)"; exit 1; }
	npm install --silent --no-audit --no-fund --prefix $(CLIENTS) @platformatic/kafka@1.35.0
	TRUNKLINE_TEST_CLIENTS=$(CLIENTS) $(NODE) --test --test-timeout=60000 deploy/embedded/kafka/beside-kafkajs.clients.ts

KILLS ?= 50
.PHONY: test-kills
test-kills: install ## Kill each embedded engine under load, KILLS times: nothing acknowledged may be lost
	TRUNKLINE_KILLS=$(KILLS) $(NODE) --test --test-concurrency=1 --test-timeout=1200000 --test-force-exit 'deploy/embedded/*/*kill.integration.ts'

.PHONY: test-engines
test-engines: install ## The same suites, and real faults, on Kafka, ClickHouse and S3 in containers (needs Docker and openssl)
	$(NODE) deploy/testing/containers/main.ts

EVENTS ?= 1000000
SEED ?=
.PHONY: chaos
chaos: install ## Break everything at random under a million events, then hold every call to the truth (EVENTS=, SEED=)
	$(NODE) deploy/testing/chaos/main.ts --events $(EVENTS) $(if $(SEED),--seed $(SEED))

SAMPLES ?= ../shared/samples
.PHONY: test-samples
test-samples: install ## Real switch captures in SAMPLES against what their CDRs must say
	TRUNKLINE_SAMPLES=$(SAMPLES) $(NODE) --test --test-concurrency=1 deploy/testing/sample-rows.ts deploy/testing/samples.ts

.PHONY: bench
bench: install ## Measure everything on this machine (quarter of an hour; BENCH='--only pipeline')
	$(NODE) bench/main.ts $(BENCH)

.PHONY: format
format: install ## Format the sources
	biome format --write

.PHONY: clean
clean: ## Remove installed packages and the default data folder
	rm -rf node_modules data
