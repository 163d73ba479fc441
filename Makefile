# Two commands need nothing before them: `make demo` and `make test` (python3 >= 3.11 with its venv module, and make).

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test prove lint format snapshots clean

demo: $(VENV)/installed
	@$(BIN)/mailgate demo

test: $(VENV)/installed-dev
	@.ci/peers
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	.ci/wheel $(BIN)/python
	.ci/suite $(BIN)/python
	$(BIN)/python -m tests.prove

prove: $(VENV)/installed-dev
	@.ci/peers
	$(BIN)/python -m tests.prove $(if $(LONG),--long)

lint: $(VENV)/installed-dev
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/installed-dev
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

snapshots: $(VENV)/installed-dev
	MAILGATE_SNAPSHOTS=renew $(BIN)/pytest --quiet tests/mail/test_snapshots.py

clean:
	rm -rf $(VENV) dist build .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find mailgate tests -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/installed: pyproject.toml | $(BIN)/pip
	@echo "installing mailgate into $(VENV) ..."
	@$(PIP) install --editable .
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(BIN)/pip
	@echo "installing mailgate and its development tools into $(VENV) ..."
	@$(PIP) install --editable '.[dev,postgres,notify,dkim]'
	@touch $@ $(VENV)/installed

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "mailgate needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { rm -rf $(VENV); echo "mailgate needs Python's venv module (on Debian: apt install python3-venv)" >&2; exit 1; }
