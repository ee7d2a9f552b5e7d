# Persona Watch. `make help` lists what there is; every target creates the virtual environment when it is missing.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test coverage lint bench dashboards dashboards-preview lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY) ## Watch events go through a real worker and alerts come out (about a minute)
	$(BIN)/personawatch demo $(DEMO)

test: $(READY) lint ## Prove everything: lint, types, unit tests, and a real Apache Kafka where a JDK and Maven are
	$(BIN)/python -m pytest -n 3 -q $(TESTS)

coverage: $(READY) ## Report which lines the tests pass, those on a broker left out (tracing takes three times as long: about a quarter of an hour)
	$(BIN)/python -m pytest -n 2 -m "not kafka" --cov --cov-report=term:skip-covered -q $(TESTS)

lint: $(READY) ## Style, format and types of code and tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(READY) ## Measure, as ratios to a baseline in the same run (about twenty minutes; needs a JDK and Maven)
	$(BIN)/python -m tests.bench $(BENCH)

dashboards: $(READY) ## Write deploy/dashboards/generated anew from the code beside it
	$(BIN)/python -m deploy.dashboards

dashboards-preview: $(READY) ## Draw the dashboards into docs/dashboards (about 15 minutes; needs JDK, Maven, Prometheus, Node, Chromium)
	npm ci --prefix deploy/dashboards/preview
	$(BIN)/python -m tests.deploy.rehearsal 12 node deploy/dashboards/preview/draw.mjs {} docs/dashboards 12

lock: ## Resolve requirements.lock anew from pyproject.toml (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --extra demo --extra dashboards --extra dev pyproject.toml -o requirements.lock --quiet

clean: ## Remove the virtual environment and everything made by running
	rm -rf $(VENV) var build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
