# Two commands do everything on a machine with CPython 3.11 or later and make:  make run  and  make test
PYTHON ?= $(firstword $(foreach p,python3.11 python3.12 python3.13 python3,$(shell command -v $(p) 2>/dev/null)))
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
SOURCE ?= seeds
OUTPUT ?= output

# Two tests fill a real small disk. Where this user may not mount one, they are left out by name.
CAN_MOUNT = $(shell unshare -m true 2>/dev/null || echo CORPUS_TESTS_NO_MOUNT=1)
# The report is looked at in a real browser where there is one.
CAN_BROWSE = $(shell command -v chromium chromium-browser google-chrome >/dev/null || echo CORPUS_TESTS_NO_BROWSER=1)

.PHONY: run test unit lint docs bench bench-clean browser lock clean help

help:
	@echo "make run    install into $(VENV), then build a version of $(SOURCE) into $(OUTPUT)"
	@echo "make test   install into $(VENV), then run the whole test suite"
	@echo "make unit   the tests that start no server or process, in seconds"
	@echo "make lint   ruff and mypy"
	@echo "make bench   what a run costs: stages, workers, reruns, Prefect, publishing, memory; in about half an hour"
	@echo "make browser  look at the report in headless Chromium, at two widths"
	@echo "make docs   write the generated pages anew: data dictionary, commands"
	@echo "make lock   write requirements.lock anew from pyproject.toml"

run: $(READY)
	@$(BIN)/corpus run $(SOURCE) --output $(OUTPUT)

test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(CAN_MOUNT) $(CAN_BROWSE) $(BIN)/python -m pytest

unit: $(READY)
	$(BIN)/python -m pytest -m "not engine"

lint: $(READY)
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

# uv installs in seconds what pip takes minutes for; it is bootstrapped inside the environment, by hash.
$(READY): requirements.lock requirements-bootstrap.lock pyproject.toml
	@test -n "$(PYTHON)" && "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "CPython 3.11 or later is needed; say where it is with: make PYTHON=/path/to/python3.11"; exit 2; }
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	@echo "installing into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bootstrap.lock
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(READY)

# What a run costs beside Prefect alone; what publishing costs; throughput by stage, scaling and reruns, of the raw
# documents in PAGES, or of 1,000 that are made; runs on 10,000 documents; memory. DATATROVE is the interpreter of an
# environment that has datatrove, for the same text.
BENCH = PYTHONPATH=src OMP_NUM_THREADS=1 $(BIN)/python benchmarks
bench: $(READY)
	$(BENCH)/engine_cost.py --runs 2
	$(BENCH)/publish.py
	made=$$(mktemp -d) && trap 'rm -rf "$$made"' EXIT && \
		{ test -n "$(PAGES)" || $(BENCH)/made_corpus.py 1000 "$$made"; } && \
		$(BENCH)/throughput.py $(or $(PAGES),"$$made") $(if $(DATATROVE),--datatrove $(DATATROVE))
	$(BENCH)/large.py
	$(BENCH)/memory.py --sizes 1000 4000
	$(BENCH)/memory_tables.py

bench-clean: $(READY)
	@test -n "$(DATA)" || { echo "say where the labelled pages are: make bench-clean DATA=/path/to/pages OOF=/path/to/answers"; exit 2; }
	PYTHONPATH=src $(BIN)/python benchmarks/clean_quality.py $(DATA) --oof $(OOF)

browser: $(READY)
	$(BIN)/python tests/browser/check_report.py $(OUTPUT)/latest/report.html

docs: run
	@PYTHONPATH=src:. $(BIN)/python docs/make.py

lock: $(READY)
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --custom-compile-command "make lock" --quiet -o requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
