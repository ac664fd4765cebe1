# `make` alone prints what there is. Everything is installed below this folder, into .venv and
# tools/node_modules, and only when what it is made from has changed.

PYTHON ?= python3

# Tools are run as modules: a script's first line cannot name an interpreter whose path has spaces.
PY := .venv/bin/python
PIP := $(PY) -m pip install -qq --no-deps
NODE_BIN := tools/node_modules/.bin
LOCK := $(PY) -m uv pip compile -q --no-config --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export REDOCLY_TELEMETRY := off
export REDOCLY_SUPPRESS_UPDATE_NOTICE := true

.PHONY: help demo test check format check-format check-types generate check-generated lint-spec check-package \
	bench lock clean

help: ## Print this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

demo: .venv/.demo ## Show the SDK at work, against the sandbox on this machine
	@$(PY) examples/demo.py

test: .venv/.dev ## Run the tests; the handwritten code's branch coverage must stay at 95 % or more
	@$(PY) -m pytest -q -n auto --cov

check: check-format check-types lint-spec check-generated check-package ## Run every check that is not a test
	@echo "All checks passed."

format: .venv/.dev ## Format the code and mend what ruff can mend by itself
	@$(PY) -m ruff check --quiet --fix-only
	@$(PY) -m ruff format

check-format: .venv/.dev ## Check formatting and lint
	@$(PY) -m ruff format --check --quiet
	@$(PY) -m ruff check --quiet
	@echo "The code is formatted, and the linter has nothing to say."

check-types: .venv/.dev ## Check types, strictly
	@$(PY) -m mypy --no-error-summary
	@echo "The types hold."

generate: .venv/.dev ## Write the generated client anew from the spec
	@$(PY) tools/generate.py

check-generated: .venv/.dev ## Check that the generated client is what the spec gives
	@$(PY) tools/generate.py --check

lint-spec: tools/node_modules/.installed ## Lint the spec
	@report=$$($(NODE_BIN)/redocly lint --config spec/redocly.yaml spec/openapi.yaml 2>&1) \
		|| { echo "$$report" | grep -v generate-ignore-file; exit 1; }
	@$(NODE_BIN)/spectral lint --quiet --fail-severity warn --ruleset spec/.spectral.yaml spec/openapi.yaml
	@echo "spec/openapi.yaml is clean."

check-package: .venv/.dev tools/node_modules/.installed ## Build the package and try it as a user would
	@$(PY) tools/check_package.py

bench: .venv/.demo ## Measure the SDK against handwritten httpx
	@$(PY) tools/bench.py

lock: .venv/.dev ## Resolve requirements/*.in anew, to the newest versions that fit
	@$(LOCK) pyproject.toml requirements/demo.in --extra sandbox -o requirements/demo.txt
	@$(LOCK) pyproject.toml requirements/dev.in --extra sandbox --extra fast -c requirements/demo.txt -o requirements/dev.txt

clean: ## Remove everything that make made, the environments too
	@rm -rf .venv tools/node_modules dist .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.created:
	@command -v "$(PYTHON)" >/dev/null || { \
		echo "There is no $(PYTHON) here. cryptocloud needs Python 3.11 or newer: make PYTHON=/path/to/python" >&2; \
		exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "cryptocloud needs Python 3.11 or newer, and $(PYTHON) is older: make PYTHON=/path/to/python" >&2; \
		exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments; on Debian: apt install python3-venv" >&2; \
		exit 1; }
	@echo "Setting up .venv (once, some seconds) ..."
	@"$(PYTHON)" -m venv --clear .venv
	@touch $@

.venv/.demo: pyproject.toml requirements/demo.txt | .venv/.created
	@$(PIP) --require-hashes -r requirements/demo.txt
	@$(PIP) --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements/dev.txt | .venv/.demo
	@echo "Adding the development tools to .venv (once, about half a minute) ..."
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

tools/node_modules/.installed: tools/package-lock.json tools/.npmrc
	@command -v npm >/dev/null && node -p process.version 2>/dev/null | grep -qE '^v(20\.(19|[2-9][0-9])|2[1-9]|[3-9][0-9])\.' || { \
		echo "The spec's linters and pyright need npm and Node.js 20.19 or newer." >&2; \
		exit 1; }
	@echo "Installing the tools that come from npm (once, about half a minute) ..."
	@cd tools && npm ci --loglevel=error >/dev/null
	@touch $@
