# The commands of the project: `make` alone lists them. What is longer than a line is a script in .ci/
PYTHON ?= python3
PORT ?= 8000
SIZE ?= 1000 10000 100000 1000000
LEVELS ?= 300 900 2500
PY := .venv/bin/python
export PYTHON PORT

.PHONY: help run test quick check map bench format lock
.DEFAULT_GOAL := help

help:
	@echo "make run      the site with a demonstration school, on http://localhost:$(PORT) (PORT=... for another)"
	@echo "make test     every test, on SQLite and on a PostgreSQL of its own, journeys in a real browser included"
	@echo "make quick    most tests, on SQLite alone: no browser, and nothing that takes long"
	@echo "make check    lint, layout, production settings, migrations, MAP.md: all are run, all are reported"
	@echo "make map      draws concerns/rules/MAP.md again from the tables, and the bank holidays"
	@echo "make bench    measures the pages on schools of many sizes and on a trust, with 8 and 32 clients at once, and plays a"
	@echo "              year (hours; SIZE=1000 LEVELS=300 for half of one): figures beside goals, growth, what was lost"
	@echo "make format   lays out Python and templates, and mends what lint can mend by itself"
	@echo "make lock     compiles requirements*.in into pinned, hashed requirements*.txt (UPGRADE=1 for newer ones)"

run: .venv/runs
	$(PY) manage.py demo --serve

test: .venv/tests
	.ci/test

quick: .venv/tests
	.ci/quick

check: .venv/tests
	.ci/check

map: .venv/runs
	$(PY) manage.py map

bench: .venv/tests
	SIZE="$(SIZE)" LEVELS="$(LEVELS)" .ci/bench

format: .venv/tests
	.ci/format

lock:
	.ci/lock

# Each is an empty file, younger than the requirements installed last: nothing is installed twice.
.venv/runs: requirements.txt .ci/venv
	.ci/venv requirements.txt
	@touch $@

.venv/tests: requirements-dev.txt .ci/venv
	.ci/venv requirements-dev.txt
	@touch .venv/runs $@
