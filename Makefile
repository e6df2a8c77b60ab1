# What a person does here. `make setup` is run by every other target when it has to be.
# Arguments go through ARGS: make demo ARGS="--fresh"     make test ARGS="tests/app -k settings"

PY := .venv/bin/python
NODE := $(abspath .venv/bin/python) -m sge.embedded.node
CPUS := 2
# The tests' own processes wait for each other and for the disk: further workers fill what two leave idle. The long ones
# are busier by themselves.
WORKERS := 4
LONG_WORKERS := 3
ARGS ?=
# Images of containers often set it: each process that a test starts would compile our sources anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-long check bench lock codegen contracts frontend screenshots format clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/installed ## the virtual environment, with exactly the locked packages

.venv/installed: requirements/dev.txt pyproject.toml
	@.ci/make-venv
	@echo "Installing the locked packages into .venv (once; about a minute) …"
	@$(PY) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --require-hashes -r requirements/dev.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## everything at once: PostgreSQL, Redis, a chain, API, workers, customers; Ctrl-C stops it
	@$(PY) -m sge.cli demo $(ARGS)

test: setup ## the tests, on real PostgreSQL, Redis and anvil (under 8 minutes on 2 cores)
	$(PY) -m pytest -n $(WORKERS) --dist worksteal -m "not long" $(ARGS) || [ $$? -eq 5 ]

test-long: setup ## size, soak, restore and kill matrices (under 25 minutes)
	$(PY) -m pytest -n $(LONG_WORKERS) --dist worksteal -m long $(ARGS)

check: setup frontend ## lint, types, import contracts, SDL drift, lock hygiene, migrations up-down-up, the page
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m sge.cli schema check
	$(PY) -m pytest -q -n $(CPUS) tests/project

bench: setup ## the benchmarks, one after the other: rates on this machine (see bench/RESULTS.md)
	@set -e; for file in $$(grep -l __main__ bench/*.py); do \
	  name=$$(basename $$file .py); echo "== $$name"; $(PY) -m bench.$$name; \
	done

lock: ## resolves the dependencies anew, for all platforms (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements/runtime.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra embedded --extra dev pyproject.toml -o requirements/dev.txt

codegen: setup frontend-stub/node_modules/.package-lock.json ## after a change of schema/: the SDL, and the page's types from it
	$(PY) -m sge.cli schema export
	cd frontend-stub && $(NODE) npm run codegen

frontend: setup frontend-stub/node_modules/.package-lock.json ## checks, tests and builds the page
	cd frontend-stub && $(NODE) npm run check
	cd frontend-stub && $(NODE) npm run test
	cd frontend-stub && $(NODE) npm run build

frontend-stub/node_modules/.package-lock.json: frontend-stub/package-lock.json
	cd frontend-stub && $(NODE) npm ci --no-audit --no-fund
	@touch $@

screenshots: setup frontend ## pictures of every page in build/screenshots (needs Chromium), and the README's from them
	$(PY) -m tests.browser.screenshots

format: setup ## puts the code in order
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

contracts: setup ## compiles the on-chain sources into the committed artefacts (developers)
	cd contracts && $(NODE) npm ci --ignore-scripts --no-audit --no-fund
	cd contracts && $(NODE) npm run compile

clean: ## removes what was installed, built and stored (the demo's data too)
	rm -rf .venv .sge build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf contracts/node_modules frontend-stub/node_modules frontend-stub/dist frontend-stub/dist-graphiql *.egg-info
