# Everything a contributor runs. `make test` is what CI runs, on a fresh machine too.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

VENV := .tools/venv
WITH_POSTGRES := tests/support/with-postgres.sh

.PHONY: help
help: ## Say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

.PHONY: demo
demo: ## The whole pipeline on made-up people; stays up with the API
	cargo run --release -- demo

.PHONY: test
test: tools lint deny openapi-check policies tests pages ## Everything CI holds the project to

.PHONY: tools
tools: ## Install what the tests need: Python oracles, an OpenID provider for node, nextest, cargo-deny, Chromium, checkers of pages
	tests/support/tools.sh

.PHONY: lint
lint: ## Formatting and every lint, warnings as errors
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

.PHONY: deny
deny: ## Licences, bans and sources of the dependency tree
	cargo deny --all-features check licenses bans sources

.PHONY: tests
tests: ## All tests, the store's on SQLite and on PostgreSQL
	$(WITH_POSTGRES) cargo nextest run --workspace --no-fail-fast
	cargo test --workspace --doc

.PHONY: pages
pages: tools ## Walk the pages in a real browser: every rule of tests/browser/support/audit.mjs, in both languages
	cargo build --quiet
	npm test --silent --prefix tests/browser

.PHONY: screenshots
screenshots: tools ## Pictures of every page and state, in target/screenshots/
	cargo build --quiet
	npm run screenshots --silent --prefix tests/browser

.PHONY: policies
policies: ## Check every policy document and run its cases
	cargo run --quiet -- policy check
	cargo run --quiet -- policy test

.PHONY: openapi
openapi: ## Write schemas/openapi.json anew
	cargo run --quiet -- openapi > schemas/openapi.json

.PHONY: openapi-check
openapi-check: ## Fail when schemas/openapi.json is not what the program says
	cargo run --quiet -- openapi | diff - schemas/openapi.json >/dev/null || { echo "schemas/openapi.json is out of date: make openapi" >&2; exit 1; }

.PHONY: bench
bench: ## Ratios from one run: matcher, one filing, the whole pipeline, payout files, statements, the desk's queues (docs/BENCH.md says how to read them)
	cargo bench --bench matcher
	cargo bench --bench pipeline
	cargo bench --bench payout_files
	cargo bench --bench reconcile
	SANMIAO_TEST_POSTGRES_BUFFERS=2GB $(WITH_POSTGRES) cargo bench --bench queue

.PHONY: amounts
amounts: ## 100,000 amounts over HTTP, from the API to the treasury's echo
	SANMIAO_AMOUNTS_HTTP=100000 cargo nextest run --release --test it amounts_over_http --no-capture

.PHONY: corruptions
corruptions: ## 10,000 damaged payout files and as many statements, held to two readers
	SANMIAO_CORRUPTIONS=10000 cargo nextest run --release --test it corruptions --no-capture

.PHONY: desk-race
desk-race: ## 1,000 cases under eight racing reviewers, on each database
	SANMIAO_RACE_CASES=1000 $(WITH_POSTGRES) cargo nextest run --release --test it reviewers_race --no-capture

.PHONY: crash
crash: ## The long crash campaign: 200 kills under load
	SANMIAO_CRASH_KILLS=200 $(WITH_POSTGRES) cargo nextest run --release --test it crash --no-capture

.PHONY: seeds
seeds: ## The long demonstration: seeds 1 to 20, then every fault in turn
	cargo build --release
	tests/support/seeds.sh
