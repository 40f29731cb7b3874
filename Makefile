# `make demo` and `make test` need python3 (3.11 or newer) and make, and nothing else.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
# Four processes also on two cores: most tests wait for servers and processes half of their time.
SIDE_BY_SIDE := --numprocesses 4 --dist worksteal

.PHONY: demo test test-all check format bench wheel clean

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "textsynth needs Python 3.11 or newer: make PYTHON=python3.11 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[local,vectors,dev]'
	@touch $(READY)

demo: $(READY) ## a support corpus on the embedded model
	$(BIN)/textsynth run examples/demo.yaml --out outputs/demo --samples 3

test: $(READY) ## the whole suite but what is marked slow
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)

test-all: $(READY) ## slow tests too
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m 'slow or not slow'

check: $(READY) ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY) ## what benchmarks/README.md shows
	$(BIN)/python -m benchmarks.import_time
	$(BIN)/python -m benchmarks.asking
	$(BIN)/python -m benchmarks.journal
	$(BIN)/python -m benchmarks.surviving
	$(BIN)/python -m benchmarks.memory
	$(BIN)/python -m benchmarks.personas 100000
	$(BIN)/python -m benchmarks.privacy
	$(BIN)/python -m benchmarks.outcomes --no-embedded
	$(BIN)/python -m benchmarks.balance --provider scripted
	$(BIN)/python -m benchmarks.covering
	$(BIN)/python -m benchmarks.novelty 10000
	$(BIN)/python -m benchmarks.evolving
	$(BIN)/python -m benchmarks.instructing
	$(BIN)/python -m benchmarks.deduplication 100000
	$(BIN)/python -m benchmarks.filters
	$(BIN)/python -m benchmarks.rules --misses 0
	$(BIN)/python -m benchmarks.copies
	$(BIN)/python -m benchmarks.contamination
	$(BIN)/python -m benchmarks.judging --no-embedded
	$(BIN)/python -m benchmarks.diversity

wheel: $(READY)
	$(BIN)/python -m build --wheel --quiet

clean:
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache
