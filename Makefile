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

# Container images often set it, and then every process that the tests start compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help $(shell sed -n 's/^\([a-z-]*\):.* ## .*/\1/p' Makefile)

# What the lines marked ## say: what a target does, and about how long it takes once it is set up.
help:
	@awk -F ' *## ' '/^##@/ { sub(/^##@ /, ""); printf "\n%s\n", $$0 } \
		/^[a-z-]+:.* ## / { sub(/:.*/, "", $$1); printf "  make %-16s %-12s %s\n", $$1, $$3, $$2 }' Makefile

##@ Every day

demo: .venv/.demo ## Tell a whole sale, against the sandbox on this machine; KEEP=1 waits there, for a browser ## 5 s
	@$(PY) examples/demo.py $(if $(KEEP),--keep)

# More workers than the two cores of small machines, since many tests wait. Neighbours stay with one worker,
# and their fixtures with them, until another has nothing left to do. Schemathesis is of `test-spec`.
test: .venv/.dev ## Run the tests; the handwritten code's branch coverage must stay at 95 % or more ## 3 min
	@$(PY) -m pytest -q -n 4 --dist worksteal -p no:schemathesis --cov

check: check-format check-types lint-spec diff-spec check-generated check-package ## Run every check that is not a test ## 1 min
	@echo "All checks passed."

format: .venv/.dev ## Format the code and mend what ruff can mend by itself ## 1 s
	@$(PY) -m ruff check --quiet --fix-only
	@$(PY) -m ruff format

check-format: .venv/.dev ## Check formatting and lint ## 1 s
	@$(PY) -m ruff format --check --quiet
	@$(PY) -m ruff check --quiet
	@echo "The code is formatted, and the linter has nothing to say."

check-types: .venv/.dev ## Check types, strictly ## 20 s
	@$(PY) -m mypy --no-error-summary
	@echo "The types hold."

check-package: .venv/.dev tools/node_modules/.installed ## Build the package and try it as a user would ## 20 s
	@$(PY) tools/check_package.py

clean: ## Remove everything that make made, the environments too ## 1 s
	@rm -rf .venv tools/node_modules tools/try/node_modules examples/clients/build examples/clients/typescript/node_modules docs/_build dist .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

##@ Changing the API

api: .venv/.dev tools/node_modules/.installed ## Take a change of the spec to its end: lint, diff, generate, types, tests; names the file to edit next ## 1 min
	@$(PY) tools/api.py

generate: .venv/.dev ## Write the generated client anew from the spec ## 3 s
	@$(PY) tools/generate.py

check-generated: .venv/.dev ## Check that the generated client is what the spec gives ## 3 s
	@$(PY) tools/generate.py --check

lint-spec: .venv/.created tools/node_modules/.installed ## Lint the spec ## 10 s
	@$(PY) tools/lint_spec.py

diff-spec: .venv/.dev tools/node_modules/.installed ## Say what changed in the spec, and which version it owes; BASE=<git revision> only says what changed since ## 3 s
	@$(PY) tools/diff_spec.py $(if $(BASE),-- "$(BASE)")

test-spec: .venv/.dev tools/node_modules/.installed ## Test what guards the spec and shares it: lint, diff, generation, release ## 3 min
	@$(PY) -m pytest -q -n auto --dist loadfile tests/spec

clients: .venv/.dev .venv/clients/.installed examples/clients/typescript/node_modules/.installed ## Generate clients in ten languages, and have five of them judged; LANGUAGES="go php" for some ## 3 min
	@$(PY) tools/clients.py $(LANGUAGES)

try-tools: .venv/.dev tools/node_modules/.installed tools/try/node_modules/.installed ## Give the spec to ten tools of other people: generators, mocks, viewers; it needs chromium ## 2 min
	@$(PY) tools/try_tools.py

peers: .venv/.demo .venv/peers/.installed ## Run two clients of other people against the sandbox; needs a package index once ## 5 s
	@$(PY) tools/peers.py

release-spec: .venv/.dev ## Write the spec as files to share, into dist/; DRAFT=1 also what is not committed ## 3 s
	@$(PY) tools/release_spec.py $(if $(DRAFT),--draft)

verify-live: .venv/.demo ## Try a real host with your key in test mode, and hold its answers to the spec ## 30 s
	@$(PY) -m cryptocloud_cli doctor

##@ The site

docs: .venv/docs/.installed tools/node_modules/.installed ## Build the site, into docs/_build/html ## 20 s
	@.venv/docs/bin/python tools/docs.py

test-docs: .venv/.dev docs ## Click through the site in Chromium, and see that a broken one is refused ## 2 min
	@command -v chromium >/dev/null || { echo "The site's tests need chromium; on Debian: apt install chromium" >&2; exit 1; }
	@node --test --test-reporter=spec tests/docs/site/site.test.mjs
	@$(PY) -m pytest -q tests/docs/site

test-pages: .venv/.dev tools/node_modules/.installed ## Click through the sandbox's pages in Chromium, with a shop ## 1 min
	@command -v chromium >/dev/null || { echo "The pages' tests need chromium; on Debian: apt install chromium" >&2; exit 1; }
	@node --test --test-reporter=spec tests/sandbox/pages/pages.test.mjs

##@ Deep checks

faults: .venv/.dev ## Play every fault against both clients and print what came of each ## 2 min
	@PYTHONPATH=tests $(PY) tests/support/fault_report.py

distributed: .venv/distributed/.installed ## Cancel 200 invoices with Celery and Redis, and kill a worker in the middle; needs redis-server ## 2 min
	@command -v redis-server >/dev/null || { echo "make distributed needs redis-server; on Debian: apt install redis-server" >&2; exit 1; }
	@.venv/distributed/bin/python tools/distributed.py

fuzz: .venv/.dev ## Throw random answers at the SDK; ARGS="--minutes 10 --seed 1" ## 5 min
	@PYTHONPATH=tests $(PY) tools/fuzz.py $(ARGS)

soak: .venv/.dev ## Make 100,000 calls and see that nothing is left behind; ARGS="--calls 10000" ## 1 min
	@$(PY) tools/soak.py $(ARGS)

bench: .venv/.dev ## Measure the SDK against httpx, requests and aiohttp ## 4 min
	@$(PY) tools/bench.py

surroundings: .venv/.dev .venv/surroundings/.installed ## Run the SDK in eventlet, gevent, Celery, gunicorn and their kind, frozen, behind tinyproxy, before 1,000 postbacks ## 3 min
	@command -v tinyproxy >/dev/null && command -v objcopy >/dev/null || { \
		echo "The surroundings need tinyproxy and binutils; on Debian: apt install tinyproxy-bin binutils" >&2; \
		exit 1; }
	@$(PY) -m pytest -q tests/surroundings

lock: .venv/.dev ## Resolve tools/requirements/*.in anew, to the newest versions that fit ## 30 s
	@$(LOCK) pyproject.toml tools/requirements/demo.in --extra cli --extra sandbox -o tools/requirements/demo.txt
	@$(LOCK) pyproject.toml tools/requirements/dev.in --extra cli --extra sandbox --extra fast --extra otel -c tools/requirements/demo.txt -o tools/requirements/dev.txt
	@$(LOCK) tools/requirements/clients.in -o tools/requirements/clients.txt
	@$(LOCK) tools/requirements/peers.in -c tools/requirements/dev.txt -o tools/requirements/peers.txt
	@$(LOCK) pyproject.toml tools/requirements/distributed.in --extra sandbox -c tools/requirements/dev.txt -o tools/requirements/distributed.txt
	@$(LOCK) pyproject.toml tools/requirements/surroundings.in --extra sandbox -c tools/requirements/dev.txt -o tools/requirements/surroundings.txt
	@$(LOCK) pyproject.toml tools/requirements/docs.in --extra cli --extra sandbox -c tools/requirements/dev.txt -o tools/requirements/docs.txt

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

.venv/.demo: pyproject.toml tools/requirements/demo.txt | .venv/.created
	@$(PIP) --require-hashes -r tools/requirements/demo.txt
	@$(PIP) --no-build-isolation -e .
	@touch $@

.venv/.dev: tools/requirements/dev.txt | .venv/.demo
	@echo "Adding the development tools to .venv (once, about half a minute) ..."
	@$(PIP) --require-hashes -r tools/requirements/dev.txt
	@touch $@

# In an environment of their own: a Node or Go in .venv/bin would come before the machine's where .venv is active.
.venv/clients/.installed: tools/requirements/clients.txt | .venv/.created
	@echo "Installing a code generator, Node and Go (once, about half a minute) ..."
	@$(PY) -m venv --clear --without-pip .venv/clients
	@$(PY) -m pip --python .venv/clients install -qq --no-deps --require-hashes -r tools/requirements/clients.txt
	@touch $@

examples/clients/typescript/node_modules/.installed: examples/clients/typescript/package-lock.json examples/clients/typescript/.npmrc .venv/clients/.installed
	@cd examples/clients/typescript && PATH="$(CURDIR)/.venv/clients/bin:$$PATH" npm ci --loglevel=error >/dev/null
	@touch $@

tools/try/node_modules/.installed: tools/try/package-lock.json tools/try/.npmrc .venv/clients/.installed
	@cd tools/try && PATH="$(CURDIR)/.venv/clients/bin:$$PATH" npm ci --loglevel=error >/dev/null
	@touch $@

.venv/peers/.installed: tools/requirements/peers.txt | .venv/.created
	@echo "Installing clients of other people into .venv/peers (once, some seconds) ..."
	@$(PY) -m venv --clear --without-pip .venv/peers
	@$(PY) -m pip --python .venv/peers install -qq --no-deps --require-hashes -r tools/requirements/peers.txt
	@touch $@

.venv/distributed/.installed: pyproject.toml tools/requirements/distributed.txt | .venv/.created
	@echo "Installing Celery into .venv/distributed (once, some seconds) ..."
	@$(PY) -m venv --clear --without-pip .venv/distributed
	@$(PY) -m pip --python .venv/distributed install -qq --no-deps --require-hashes -r tools/requirements/distributed.txt
	@touch $@

.venv/surroundings/.installed: pyproject.toml tools/requirements/surroundings.txt | .venv/.created
	@echo "Installing what the SDK is run in into .venv/surroundings (once, about half a minute) ..."
	@$(PY) -m venv --clear --without-pip .venv/surroundings
	@$(PY) -m pip --python .venv/surroundings install -qq --no-deps --require-hashes -r tools/requirements/surroundings.txt
	@$(PY) -m pip --python .venv/surroundings install -qq --no-deps --no-build-isolation -e .
	@touch $@

.venv/docs/.installed: tools/requirements/docs.txt | .venv/.created
	@echo "Installing what builds the site into .venv/docs (once, some seconds) ..."
	@$(PY) -m venv --clear --without-pip .venv/docs
	@$(PY) -m pip --python .venv/docs install -qq --no-deps --require-hashes -r tools/requirements/docs.txt
	@touch $@

tools/node_modules/.installed: tools/package-lock.json tools/.npmrc
	@command -v npm >/dev/null && node -p process.version 2>/dev/null | grep -qE '^v(20\.(19|[2-9][0-9])|2[1-9]|[3-9][0-9])\.' || { \
		echo "The spec's linters and pyright need npm and Node.js 20.19 or newer." >&2; \
		exit 1; }
	@echo "Installing the tools that come from npm (once, about half a minute) ..."
	@cd tools && npm ci --loglevel=error >/dev/null
	@touch $@
