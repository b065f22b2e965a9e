# make demo   sets up, checks and plans the calendar in posts/, publishes what is due, rehearses the rest
# make test   sets up, installs the servers that the tests start, runs every test
# make test-servers   installs those too that take minutes (Synapse, Ghost), runs the tests of all servers
PYTHON ?= python3
BIN := .venv/bin
SMM := $(BIN)/smm

# What an installer says is shown only when it fails.
quietly = $(1) >.venv/install.log 2>&1 || { cat .venv/install.log; exit 1; }

.PHONY: demo test test-servers lint bench docs servers slow-servers setup clean

setup: .venv/done-dev

# What a user gets; what the demo needs.
.venv/done: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(call quietly,$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1")
	@$(call quietly,$(BIN)/python -m pip install --quiet --editable .)
	@$(BIN)/python -m compileall -q smm_cli .venv/lib || true
	@touch $@

# What the tests, the linters and the benchmarks need on top.
.venv/done-dev: .venv/done
	@$(call quietly,$(BIN)/python -m pip install --quiet --group dev)
	@touch $@

demo: .venv/done
	@echo "== smm check";    $(SMM) check
	@echo "== smm plan";     $(SMM) plan --limit 12
	@echo "== smm publish";  $(SMM) publish
	@echo "== smm rehearse"; $(SMM) rehearse --limit 12
	@echo
	@echo "Look at public/index.html, public/feed.xml and receipts/. Try: $(SMM) status"

servers: .venv/done-dev
	@scripts/install_programs.sh
	@set -e; for each in servers twitter_text shaarli wordpress micropub relays; do scripts/install_$$each.sh; done

# Those that take minutes. Without them their tests are skipped by name; CI installs them, and a skip fails there.
slow-servers: .venv/done-dev
	@scripts/install_programs.sh
	@set -e; for each in synapse ghost; do scripts/install_$$each.sh; done

test-servers: servers slow-servers
	$(BIN)/python -m pytest -q -n auto --dist loadgroup tests/servers

test: .venv/done-dev servers
	$(BIN)/python -m pytest -q -n auto --dist loadgroup

lint: .venv/done-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/sizes.py

bench: .venv/done-dev
	$(BIN)/python -m benchmarks

docs: .venv/done-dev
	$(BIN)/python scripts/make_docs.py

clean:
	rm -rf .venv .tools .smm public receipts build dist *.egg-info
