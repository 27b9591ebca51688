# The front door. `make help` says what there is. Needs make, git and Python 3.11 to 3.13; the rest is fetched.
PYTHON ?= python3
VENV := .venv/bin/python
ARGS ?=
export PORT ?= 8000
# Bytecode halves the start of every process; in a folder of its own it is in nobody's way.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/var/pycache
.DEFAULT_GOAL := help
.PHONY: help run serve reset services test test-sqlite test-postgres soak check fmt messages bench shots lock bootstrap ready

help: ## say what there is
	@echo "make …"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "PORT=9000 chooses another port, ARGS=\"…\" goes on to the program behind, PYTHON=python3.12 another Python."

run: ## install what is missing and serve the sample district at 127.0.0.1:8000
	@$(PYTHON) -m ops.run

serve: ## the production arrangement on this machine: PostgreSQL, Redis, two processes of each kind
	@$(PYTHON) -m ops.serve

reset: ## forget everything stored in var/; the next run begins afresh
	@$(PYTHON) -m ops.reset

services: ## install PostgreSQL, Redis, Chromium, a Chinese font and wrk, for serve, the full tests and bench
	@sh ops/services.sh

test: ready ## all tests: on SQLite, then on PostgreSQL with Redis
	@$(VENV) -m ops.test $(ARGS)

test-sqlite: ready ## the first half only
	@$(VENV) -m ops.test --sqlite $(ARGS)

test-postgres: ready ## the second half only
	@$(VENV) -m ops.test --postgres $(ARGS)

soak: ready ## the tests that take long
	@$(VENV) -m ops.test --soak $(ARGS)

check: ready ## lint, format, layers, templates, migrations, types, versions, house rules
	@$(VENV) -m ops.check

fmt: ready ## put Python into its usual form
	@$(VENV) -m ruff check --fix-only --quiet .
	@$(VENV) -m ruff format .

messages: ready ## collect the texts of the pages for translation into English
	@$(VENV) -m ops.messages

bench: ready ## measure the hot paths beside their limits
	@$(VENV) -m tests.speed $(ARGS)

shots: ready ## take the README's pictures anew
	@$(VENV) -m ops.shots $(ARGS)

lock: ## resolve the requirements anew, ARGS=--upgrade for newer releases
	@$(PYTHON) -m ops.lock $(ARGS)

bootstrap: ## install and build only what `make run` needs
	@$(PYTHON) ops/bootstrap.py run

ready:
	@$(PYTHON) ops/bootstrap.py test
