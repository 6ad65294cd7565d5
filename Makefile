# `make run` and `make test` need nothing but Python 3.11 or newer; no question is asked.
BIN := .venv/bin
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard eventhub/translations/*/LC_MESSAGES/messages.po))
HOST ?= 127.0.0.1
PORT ?= 8000
MARKS ?= -m "not long"
JOBS ?= 3 # more than cores: some tests wait for processes that they ended

.PHONY: run test test-all check bench soak lock migrate vendor translations screenshots
.DEFAULT_GOAL := run

run: .venv/.stamp
	@HOST=$(HOST) PORT=$(PORT) $(BIN)/python tools/start.py

test: .venv/.stamp-dev $(CATALOGUES)
	@tools/test-programs.sh
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal --database both $(MARKS) $(ARGS)

test-all: # what CI runs: also faults made on purpose, every page in a browser, fuzzing
	@$(MAKE) test MARKS=

check: .venv/.stamp-dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy && $(BIN)/lint-imports
	$(BIN)/python tools/translations.py --check && $(BIN)/python tools/vendor.py --check
	$(BIN)/djlint templates --lint --quiet --ignore H015,H020,H052 # line breaks, empty ornaments, screens that refresh are ours

bench: .venv/.stamp-dev $(CATALOGUES)
	@$(BIN)/python -m bench $(ARGS)

soak: .venv/.stamp-dev $(CATALOGUES)
	EVENTHUB_SOAK=1 $(BIN)/python -m pytest -m processes --database both $(ARGS)

lock: # a week of patience: a package that was taken over is usually noticed by then
	tools/lock.sh

migrate: .venv/.stamp # make migrate M="add colour to stage"
	$(BIN)/flask db migrate -m "$(M)"

vendor: .venv/.stamp
	$(BIN)/python tools/vendor.py

screenshots: .venv/.stamp-dev $(CATALOGUES)
	@$(BIN)/python tools/screenshots.py $(ARGS)

translations: .venv/.stamp
	$(BIN)/python tools/translations.py

.venv/.stamp: requirements.txt
	@tools/install.sh $@ requirements.txt

.venv/.stamp-dev: requirements.txt requirements-dev.txt requirements-plan.txt
	@tools/install.sh $@ requirements.txt requirements-dev.txt requirements-plan.txt

%.mo: %.po .venv/.stamp
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@
