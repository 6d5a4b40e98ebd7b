# `make report`  the demonstration county's report, in out/
# `make app`     the planner's app, in the browser
# `make counties` ten illustrative counties, in out/counties, and their reports, in out/batch
# `make test`    every check: ruff, mypy, import-linter, pytest with browser tests
# `make explore` fresh random examples, ten times as many as `make test` draws: what they find
#                becomes a fixed case of its test (SEED=5 draws numpy's of that seed again)
# `make shuffle` every test in another order, three times (TESTS="-m 'not browser'" leaves some out)
# `make busy`    every test once beside four busy processes
# `make mutants` ten thousand spoilt counties: none may do worse than a message (about an hour)
# Windows needs no make: README.md has a line for each.

PYTHON ?= python3
FOLDER ?= data/ziyang
OUT ?= out
MUTANTS ?= 10000
SEED ?=
TESTS ?=
BIN := .venv/bin

.PHONY: report app counties test explore shuffle busy mutants clean

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

explore: .venv/tests
	$(BIN)/python -m pytest --explore$(addprefix =,$(SEED)) -m "not browser" $(TESTS)

shuffle: .venv/tests
	$(BIN)/python -m tests.machine
	for seed in 1 2 3; do $(BIN)/python -m pytest --shuffle $$seed $(TESTS) || exit 1; done

busy: .venv/tests
	$(BIN)/python -m tests.machine
	$(BIN)/python -m tests.busy 4 $(BIN)/python -m pytest $(TESTS)

mutants: .venv/tests
	$(BIN)/python -m tests.mutants.mutator --count $(MUTANTS) --seed $(or $(SEED),1)

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
