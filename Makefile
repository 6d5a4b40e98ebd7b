# `make report`  the demonstration county's report, in out/
# `make app`     the planner's app, in the browser
# `make counties` ten illustrative counties, in out/counties, and their reports, in out/batch
# `make test`    every check: ruff, mypy, import-linter, pytest with browser tests
# `make mutants` ten thousand spoilt counties: none may do worse than a message (about an hour)
# Windows needs no make: README.md has a line for each.

PYTHON ?= python3
FOLDER ?= data/ziyang
OUT ?= out
MUTANTS ?= 10000
SEED ?= 1
BIN := .venv/bin

.PHONY: report app counties test mutants clean

report: .venv/product
	$(BIN)/python -m coverage report $(FOLDER) --out $(OUT)

app: .venv/product
	$(BIN)/python -m streamlit run app.py

counties: .venv/product
	$(BIN)/python data/make_counties.py --out $(OUT)/counties
	$(BIN)/python -m coverage report $(OUT)/counties/* --out $(OUT)/batch

test: .venv/tests
	$(BIN)/python -m tests.machine
	$(BIN)/python -m pytest

mutants: .venv/tests
	$(BIN)/python -m tests.mutants.mutator --count $(MUTANTS) --seed $(SEED)

.venv/python:
	$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info < (3, 14) else "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	touch $@

.venv/product: .venv/python constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r constraints.txt
	touch $@

.venv/tests: .venv/product constraints-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r constraints-dev.txt
	touch $@

clean:
	rm -rf .venv out
