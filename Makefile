# make reproduce | test | bench | lint | clean.  Each sets up its own virtual environment in .venv.
# PYTHON=... chooses the interpreter (>= 3.11), PROFILE=quick|full and OUT=... the reproduction, WORKERS=... the test processes,
# PEERS=1 installs JAX, optax and torch for the benchmarks, ARGS=... what pytest or the benchmarks get on their command lines.

PYTHON ?=
PROFILE ?= quick
OUT ?= reproduction
WORKERS ?= 2
BIN := .venv/bin
# tests and benchmarks run side by side with their own threads; BLAS threads on top only fight with them
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
SOURCES := symlandscape numba_kernels derivations tests $(wildcard benchmarks)

.PHONY: help reproduce test bench lint clean
.NOTPARALLEL:

help:
	@sed -n '1,3s/^# //p' Makefile

.venv/.installed: pyproject.toml scripts/setup_venv.sh
	@PYTHON='$(PYTHON)' sh scripts/setup_venv.sh
	@touch $@

.venv/.installed-test .venv/.installed-dev .venv/.installed-peers: .venv/.installed-%: pyproject.toml scripts/setup_venv.sh
	@PYTHON='$(PYTHON)' sh scripts/setup_venv.sh $*
	@touch .venv/.installed $@

reproduce: .venv/.installed
	$(BIN)/symlandscape reproduce --profile $(PROFILE) --out $(OUT)

test: .venv/.installed-test
	$(ONE_THREAD) $(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

bench: .venv/.installed$(if $(PEERS),-peers)
	$(ONE_THREAD) $(BIN)/python -m benchmarks.run $(ARGS)

lint: .venv/.installed-dev
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks .import_linter_cache
	find symlandscape numba_kernels derivations tests -name __pycache__ -type d -prune -exec rm -rf {} +
