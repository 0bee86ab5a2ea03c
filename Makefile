# Every way to run, test and check Esteira. `make` alone lists them.

BIN       := .venv/bin
INSTALLED := .venv/installed
TOOLED    := .venv/tooled
COMPILE   := .venv/lock-tools/bin/uv pip compile pyproject.toml --universal \
	--python-version 3.11 --generate-hashes --no-header --quiet
TYPED     := contracts services deploy benchmarks tests/support

.DEFAULT_GOAL := help
.PHONY: help run demo doctor test quick check format contracts bench lock clean
MAKEFLAGS += --no-print-directory

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

run: $(INSTALLED) ## The whole belt on this machine: Kafka, MongoDB, five services, the sandbox
	@exec $(BIN)/python -m embedded

demo: $(INSTALLED) ## Let the sandbox of a running belt sell, some orders faulty, some cancelled later
	@exec $(BIN)/python -m sandbox.demo

doctor: $(INSTALLED) ## What is wrong with a running belt; more: .venv/bin/esteira --help
	@exec $(BIN)/esteira doctor

test: $(TOOLED) ## All tests, those on the real Kafka, MongoDB and processes included
	@exec $(BIN)/python -m pytest

quick: $(TOOLED) ## The tests that need no servers
	@exec $(BIN)/python -m pytest -m "not live"

check: $(TOOLED) ## Lint, format, types, and contracts that break nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(TYPED)
	$(BIN)/python -m contracts.generate --check

format: $(TOOLED) ## Put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

contracts: $(TOOLED) ## Write schemas and topic cards anew; fails on a breaking change
	@exec $(BIN)/python -m contracts.generate

bench: $(TOOLED) ## Measure our hot paths beside bare loops; writes .esteira/bench.json
	@exec $(BIN)/python -m benchmarks

lock: $(TOOLED) ## Renew the locks (tests, make run, the image) and the pinned jars of Kafka
	@test -x .venv/lock-tools/bin/uv || $(BIN)/python -m venv .venv/lock-tools
	@test -x .venv/lock-tools/bin/uv || .venv/lock-tools/bin/python -m pip install --quiet uv
	$(COMPILE) --all-extras --upgrade --output-file tests/requirements.lock
	$(COMPILE) --extra ops --extra embedded --constraint tests/requirements.lock \
		--output-file requirements.lock
	$(COMPILE) --extra ops --extra sandbox --constraint tests/requirements.lock \
		--no-annotate --output-file deploy/requirements.lock
	$(BIN)/python -m embedded.jars

clean: ## Delete the environment and all caches, not the data
	@echo "Deleting .venv and the caches of pytest, mypy, ruff, hypothesis and Python."
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Keeping .esteira, the data of make run; delete it by hand to begin anew."

$(INSTALLED): requirements.lock pyproject.toml deploy/install.sh
	@sh deploy/install.sh requirements.lock
	@touch $@

$(TOOLED): tests/requirements.lock pyproject.toml deploy/install.sh
	@sh deploy/install.sh tests/requirements.lock
	@touch $@ $(INSTALLED)
