# Everything a developer or a user needs. `make help` lists the targets.
.DEFAULT_GOAL := help
.PHONY: help install demo test check bench format lock serve clean screenshots
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

install: $(VENV)/.installed node_modules/.installed src/haicap/ui/static/ui/.built $(VENV)/.messages ## Install Python and npm packages, build assets, compile translations

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

node_modules/.installed: package-lock.json package.json
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

src/haicap/ui/static/ui/.built: node_modules/.installed $(shell find src/haicap/ui/frontend -type f 2>/dev/null) $(shell find src/haicap -name '*.html' -o -name apps.py 2>/dev/null)
	npm run --silent build
	@touch $@

$(VENV)/.messages: $(VENV)/.installed $(shell find src/haicap -name django.po 2>/dev/null)
	$(BIN)/python -m haicap messages --compile
	@touch $@

demo: install ## Run the main job on the real 168 units, then serve it (ARGS=--no-serve to stop after)
	$(BIN)/haicap demo $(ARGS)

serve: install ## Serve the database in data/
	$(BIN)/haicap serve $(ARGS)

test: install ## Run the whole suite on SQLite and on a real PostgreSQL, then the browser journeys
	$(BIN)/python -m tests.run $(ARGS)

check: install ## Format, lint, types, import contracts, dependencies, migrations, templates, translations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy src tests bench
	$(BIN)/lint-imports --no-cache
	$(BIN)/deptry src
	$(BIN)/haicap makemigrations --check --dry-run
	$(BIN)/djlint --quiet --check --lint src
	$(BIN)/haicap messages --check
	npm run --silent check

format: install ## Rewrite sources in the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	-$(BIN)/djlint --quiet --reformat src
	npm run --silent format

bench: install ## Measure, each figure beside something outside the project
	@for b in $$(grep -l __main__ bench/*.py); do echo "== $$b"; $(BIN)/python -m bench.$$(basename $$b .py) || exit 1; done

screenshots: install ## Take the README's screenshots from a fresh demo
	$(BIN)/python -m tests.screenshots

lock: ## Pin every Python package by hash
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --group dev pyproject.toml -o requirements.lock

clean: ## Remove what was installed and built
	rm -rf $(VENV) node_modules src/haicap/ui/static/ui staticfiles
