# The project's commands. `make` alone lists them.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
# Installed exactly as locked, when the lock is newer than the last installation.
READY := .venv/.ready
SYNC := $(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode requirements/dev.lock

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-reset test figures bench browser scanner lint lock css messages docs

help:  ## List these commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(READY)  ## Make the virtual environment .venv from the hashed lock (needs Python 3.11+ with venv)

$(READY): requirements/dev.lock requirements/bootstrap.lock pyproject.toml
# uv first, then uv with the machine's own certificates (behind a company's proxy), then pip with the machine's pip.conf.
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; try: make setup PYTHON=python3.12")'
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv
	@[ -x $(BIN)/uv ] || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.lock
	@$(SYNC) 2>/dev/null || $(SYNC) --system-certs 2>/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY)  ## Run everything on this machine with a demo world; Ctrl-C stops it (PORT=9000 make demo)
	@PORT=$(PORT) exec $(BIN)/python -m seeds.launch up

demo-reset: $(READY)  ## Forget the demo's data
	@$(BIN)/python -m seeds.launch reset

# The long files stand early in the order of the folders; xdist would begin with those that hold the most tests.
test: lint  ## Check the style and run every test
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

figures: $(READY)  ## Measure at full size what was asked for with a number, and print a line each: asked, measured
	FIGURES=full $(BIN)/python -m pytest --quiet --numprocesses 2 --dist loadfile --no-loadscope-reorder tests/figures

lint: $(READY)  ## Check style, types and the import rules of docs/architecture.md
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@! grep -lE 'https?://' requirements/*.lock || { echo "A lock names an address; run make lock."; exit 1; }

bench: $(READY)  ## Measure what pages, reading, checks and hostile files cost, at 1,000 and 10,000 measures (some minutes; wants a quiet machine)
	$(BIN)/python -m benchmarks

# A package of Debian's that tests use, when it is missing: $(call debian,what it is,its commands,the packages).
define debian
	@if PATH=$$PATH:/usr/sbin command -v $(2) >/dev/null; then echo "A $(1) is installed."; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(3) >/dev/null; \
	else echo "No $(1) found. As root on Debian: apt-get install $(3). Without one its tests are skipped."; \
	  [ -z "$$CI" ]; fi
endef

browser:  ## Install the browser the tests use, when missing (Debian, as root)
	$(call debian,browser,chromium chromium-browser google-chrome,chromium fonts-dejavu-core)

scanner:  ## Install the virus scanner the tests use, when missing (Debian, as root)
	$(call debian,virus scanner,clamd,clamav-daemon)

lock: $(READY)  ## Write the locks anew after a change of pyproject.toml (newest versions: make lock UPGRADE=--upgrade)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --all-extras --no-header $(UPGRADE) pyproject.toml -o requirements/dev.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header $(UPGRADE) pyproject.toml -o requirements/app.lock
	grep -A9999 '^uv==' requirements/dev.lock | awk 'NR > 1 && /^[^ ]/ {exit} !/# via/ {print}' | sed -E '/^    #/d' > requirements/bootstrap.lock

css:  ## Build the style sheet (needs node; the results are committed)
	npm ci
	npm run css

messages: $(READY)  ## Collect the sentences to translate, update the catalogues and compile them
	@mkdir -p .local
	$(BIN)/pybabel extract -F babel.cfg -k Message -k lazy_gettext -k _l --no-location --sort-output -o .local/messages.pot .
	for language in fr es; do \
	  if [ -e review_app/translations/$$language/LC_MESSAGES/messages.po ]; then verb="update --no-fuzzy-matching"; else verb=init; fi; \
	  $(BIN)/pybabel $$verb -i .local/messages.pot -d review_app/translations -l $$language; done
	$(BIN)/pybabel compile -d review_app/translations --statistics

docs: $(READY)  ## Write the generated pages of docs/ anew
	$(BIN)/review-app workflow > docs/workflow.md
