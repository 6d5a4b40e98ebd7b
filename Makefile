# `make report`  the demonstration county's report, in out/
# `make app`     the planner's app, in the browser
# `make counties` ten illustrative counties, in out/counties, and their reports, in out/batch
# `make test`    every check: ruff, mypy, import-linter, pytest with browser tests
# Windows needs no make: README.md has a line for each.

PYTHON ?= python3
FOLDER ?= data/ziyang
OUT ?= out
BIN := .venv/bin

.PHONY: report app counties test clean

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

.venv/python:
	$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info < (3, 14) else "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	touch $@

.venv/product: .venv/python requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/tests: .venv/product requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

clean:
	rm -rf .venv out
