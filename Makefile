# make demo | test | check | bench | screenshots | clean        (docs/operator.md says how to run it in production)

# Which Python (3.11 or later) the virtual environment is made of; by default the first one found.
PYTHON ?=
PORT ?= 8000
OFFERS ?= 200

BIN := .venv/bin
# Everything is installed when this file holds the digest of the pinned requirements.
STAMP := .venv/installed
DIGEST := cat requirements-dev.txt | cksum

# What Python compiled is kept for the next process: else every one that the tests start, and they themselves, do it anew.
unexport PYTHONDONTWRITEBYTECODE

export PYTHON
FIND_PYTHON := for python in $$PYTHON python3 python3.14 python3.13 python3.12 python3.11 none; do \
  if [ $$python = none ]; then echo "Python 3.11 or later was not found; say make PYTHON=/path/to/python3" >&2; exit 1; fi; \
  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then PYTHON=$$python; break; fi; \
  done

.PHONY: demo test check bench screenshots clean install
.SILENT:

demo: install
	exec $(BIN)/python manage.py demo --port $(PORT) --offers $(OFFERS)

test: install
	$(BIN)/python -m tests.browser.chromium
	$(BIN)/python -m tests.transport.nginx
	$(BIN)/python -m tests.bench.load || true
	$(BIN)/python -m pytest -n auto --dist loadscope --no-loadscope-reorder

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	DEBUG=1 $(BIN)/mypy
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py translations --check

bench: install
	$(BIN)/python -m tests.bench

screenshots: install
	$(BIN)/python -m tests.browser.screenshots

clean:
	if [ -x $(BIN)/python ]; then $(BIN)/python -m offeradmin.devdb remove; fi
	rm -rf .venv .local .pytest_cache .hypothesis .mypy_cache .ruff_cache test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

install:
	if [ "$$($(DIGEST))" != "$$(cat $(STAMP) 2>/dev/null)" ]; then \
	  set -e; \
	  if command -v uv >/dev/null 2>&1; then \
	    [ -x $(BIN)/python ] || uv venv --quiet --python "$${PYTHON:->=3.11}" .venv; \
	    uv pip sync --quiet --require-hashes --python $(BIN)/python requirements-dev.txt; \
	  else \
	    [ -x $(BIN)/pip ] || { $(FIND_PYTHON); "$$PYTHON" -m venv --clear .venv; }; \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt; \
	  fi; \
	  $(DIGEST) > $(STAMP); \
	fi
