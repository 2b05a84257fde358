# Everything a developer or a helpline types. Each target first makes sure that what it needs is there.

PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 3
# What Python has compiled is kept, also where a shell says that it shall not be: the tests alone start some hundred
# processes, and each would compile the whole portal again, which is some two fifths of its start.
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help
.PHONY: help run demo test test-quick check packages conformance confinement deployment fuzz bench bench-desk pictures requirements ready-run ready-check ready-test ready-conformance python

help:  ## what can be typed here
	@sed -n 's/^\([a-z-]*\):.*##  *\(.*\)/  make \1\t\2/p' Makefile | expand -t 22

# Where no mail server is named, mail goes into a folder, and answers are taken from the folder in it: all of it can be tried.
START = sh -c 'if [ -z "$${RECOURSE_MAIL_URL+x}$${RECOURSE_MAIL_FROM+x}$${RECOURSE_REPLY_DOMAIN+x}$${RECOURSE_REPLY_MAILBOX+x}" ]; then \
	export RECOURSE_MAIL_URL="folder:$${RECOURSE_DATA:-var}/mail" RECOURSE_MAIL_FROM=portal@recourse.example \
	RECOURSE_REPLY_DOMAIN=answers.recourse.example; fi; exec $(BIN)/python -m portal.run.serve "$$@"' start

run: ready-run  ## start the portal on http://127.0.0.1:8000 (Ctrl-C ends it); mail goes to var/mail
	@exec $(START)

demo: ready-run  ## the same, filled with invented cases; prints how to sign in
	@exec $(START) --demo

test: ready-test  ## the whole test suite (ARGS="tests/domain -k leap" for a part)
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

test-quick: ready-check  ## laws, records and use cases on SQLite alone, in two or three minutes
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal -k "not postgresql" -m "not thorough" tests/domain tests/reference tests/services $(ARGS)

check: ready-check  ## the gate: format, lint, types, layers, templates, migrations, reference, known holes, rights
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/djlint templates --lint --quiet
	@$(BIN)/python -m tools.check_migrations
	@$(BIN)/flask --app app law check
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive app.py portal tools migrations
	@$(BIN)/python -m tools.check_packages --if-possible
	@$(BIN)/python -m pytest -q -n $(WORKERS) tests/web/test_routes.py tests/web/test_matrix.py
	@echo "The gate is open."

packages: ready-check  ## look for known holes in the packages; fails where there is no database of them
	@$(BIN)/python -m tools.check_packages

conformance: ready-conformance  ## every kind of letter through veraPDF
	@$(BIN)/python -m tools.conformance

confinement: ready-check  ## how far the units and the profile in deploy/ shut the portal in; fails where it cannot be measured
	@$(BIN)/python -m tools.check_confinement

deployment: ready-check  ## what ships to start the portal, read by systemd, nginx and Caddy; fails where one cannot be had
	@$(BIN)/python -m tools.check_deployment

fuzz: ready-check  ## hostile input for SECONDS=60 at each reader of foreign input; what breaks one is kept as a test
	@for target in forms hook links mail packs pdf photos tables uploads wizard; do \
	$(BIN)/python -m tests.fuzz.harness $$target $(or $(SECONDS),60) || exit 1; done

bench: ready-check  ## measurements against their budgets
	@$(BIN)/python -m tests.bench

bench-desk: ready-check  ## the same of a whole desk: 100,000 cases with 5,000,000 links (takes long, wants 8 GB)
	@DESK="1 100" $(BIN)/python -m tests.bench desk

pictures: ready-test  ## the README's pictures, made from the demo
	@$(BIN)/python -m tools.pictures

requirements: ready-check  ## pin the packages again after a change of a requirements*.in
	@$(BIN)/python -m tools.pin

ready-run ready-check ready-test ready-conformance: ready-%: python
	@$(PYTHON) -m tools.bootstrap $*

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	{ echo "Recourse needs Python 3.11 or newer. Install it, or name it: make PYTHON=/path/to/python3.11 ..." >&2; exit 2; }
