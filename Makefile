# What a person types here. Needs python3 (3.11 or newer) and make, nothing else;
# everything goes into .venv, and a second run of any target starts at once.

PYTHON ?= python3
VENV ?= .venv
UV ?= uv

BIN := $(VENV)/bin
# Wheels only: nothing that was downloaded runs code of its own while it is installed.
INSTALL := $(BIN)/python -m pip --disable-pip-version-check --quiet install --require-hashes \
	--only-binary :all:
COMPILE := $(UV) pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate --quiet

MESSAGES := console/language

.DEFAULT_GOAL := help
.PHONY: help demo test lint format bench messages lock clean

help: ## say what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST)

demo: $(VENV)/.ready ## a throw-away vault of made-up calls, opened in the console
	@$(BIN)/helpline demo

test: $(VENV)/.ready-dev ## the whole test suite, on every processor
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

lint: $(VENV)/.ready-dev ## format, style, types, and which way the arrows point
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.ready-dev ## put the sources into the house's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.ready-dev ## the budgets, each beside its reference
	@set -e; for bench in bench/*.py; do echo "== $$bench"; $(BIN)/python "$$bench"; done

messages: $(VENV)/.ready-dev ## bring the catalogues of the interface's languages up to date
	$(BIN)/pybabel -q extract --no-location --sort-output -k later -k plural:1,2 \
		--project helpline-console -o $(MESSAGES)/helpline.pot console
	$(BIN)/pybabel -q update -D helpline -i $(MESSAGES)/helpline.pot -d $(MESSAGES) \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BIN)/pybabel -q compile -D helpline -d $(MESSAGES)
	@rm $(MESSAGES)/helpline.pot

lock: ## renew the lock files (needs uv)
	@command -v $(UV) >/dev/null || { echo "make lock needs uv; see docs.astral.sh/uv" >&2; exit 1; }
	$(COMPILE) --output-file requirements.lock pyproject.toml
	$(COMPILE) --extra dev --output-file requirements-dev.lock pyproject.toml
	printf '%s\n' 'hatchling>=1.27' editables | $(COMPILE) --constraint requirements-dev.lock \
		--output-file requirements-build.lock -

clean: ## remove what was installed and what tools left behind
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# A virtual environment with pip in it, also where Debian has split pip off.
$(VENV)/.made: tools/bootstrap.py
	@$(PYTHON) tools/bootstrap.py $(VENV)
	@touch $@

$(VENV)/.ready: requirements.lock requirements-build.lock pyproject.toml | $(VENV)/.made
	@echo "Installing what the console needs into $(VENV), once."
	@$(INSTALL) --requirement requirements.lock --requirement requirements-build.lock
	@$(BIN)/python -m pip --disable-pip-version-check --quiet install --no-build-isolation \
		--no-deps --no-index --editable .
	@$(BIN)/python -m compileall -q console
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock $(VENV)/.ready
	@echo "Installing the tools of development into $(VENV), once."
	@$(INSTALL) --requirement requirements-dev.lock
	@touch $@
