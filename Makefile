# `make help` lists the targets. PYTHON=python3.12 chooses another interpreter;
# pip's own environment variables (PIP_INDEX_URL, ...) are honored.

PYTHON ?= python3
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
SITE := _build/html
PIP = $(BIN)/python -m pip install --quiet --no-compile # a module is compiled when it is first imported
unexport PYTHONDONTWRITEBYTECODE # and then once, not again by each process of the tests
SHARED = -n $(WORKERS) --dist loadscope --no-loadscope-reorder
SOURCES = $(wildcard _*.yml *.bib .git/logs/HEAD) \
  $(shell find chapters monograph publish results ttsbook -name __pycache__ -prune -o -type f -not -name '.*' -print)

.DEFAULT_GOAL := help
.PHONY: help book serve live pdf archive lint test test-all test-nightly test-processors test-binder links chapters lab course results bench lock clean distclean

help:  ## show this list
	@echo "usage: make TARGET [VARIABLE=value]"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' Makefile

book: $(VENV)/.book  ## build the site, warnings as errors
	@rm -rf _build
	@$(BIN)/jupyter-book build . -W -n --keep-going -q
	@echo "The book is in $(SITE)/index.html: open that file, or run: make serve"

$(SITE)/index.html: $(SOURCES) | $(VENV)/.book
	@$(MAKE) --no-print-directory book

serve: $(VENV)/.book  ## show the built site on 127.0.0.1 (PORT=8000; default: a free port)
	@$(BIN)/python -m publish.serve $(PORT)

live: $(VENV)/.book  ## build the site again whenever a source changes, until a build fails (beside it: make serve)
	@while $(MAKE) --no-print-directory --silent $(SITE)/index.html; do sleep 2; done

pdf: $(VENV)/.test book  ## print the book into one PDF (needs Chromium)
	@$(BIN)/python -m publish.pdf

archive: pdf  ## pack the site, the PDF and the sources, for use without a network
	@$(BIN)/python -m publish.archive

lint: $(VENV)/.lint $(VENV)/.test  ## check style, types and files, new files too; nothing is run
	@git ls-files -z --cached --others --exclude-standard | xargs -0 $(BIN)/pre-commit run --files

test: $(VENV)/.test $(SITE)/index.html  ## unit tests, doctests, guards, browser tests, every notebook
	$(BIN)/pytest --nbval --nbval-current-env $(SHARED)

test-all: $(VENV)/.lab $(VENV)/.course $(VENV)/.lint $(SITE)/index.html  ## only the tests that are too long for `make test`
	$(BIN)/pytest $(SHARED) -m "exhaustive and not nightly"

test-nightly: $(VENV)/.lab $(VENV)/.course $(SITE)/index.html  ## what is too long for continuous integration
	$(BIN)/pytest $(SHARED) -m nightly
	$(BIN)/pytest $(SHARED) -m "hypothesis and not exhaustive" --hypothesis-profile=thorough

test-processors: $(VENV)/.test  ## chapters under other processors' kernels (PROCESSORS=Prescott; default: all)
	$(BIN)/python -m tests.other_processors --workers $(WORKERS) $(PROCESSORS)

test-binder: $(VENV)/.test  ## run every chapter in a fresh environment with Binder's packages
	$(BIN)/pytest $(SHARED) -m "nightly or exhaustive" tests/publish/test_binder.py

links: $(VENV)/.book  ## check the links to other sites
	@$(BIN)/jupyter-book build . --path-output _build/links --builder linkcheck --keep-going -q

chapters: $(VENV)/.test  ## execute the chapters and store their outputs (CHAPTER=setup/task)
	$(BIN)/python -m publish.chapters $(CHAPTER)

lab: $(VENV)/.lab  ## open the chapters in JupyterLab
	@$(BIN)/jupyter trust chapters/*.ipynb chapters/*/*.ipynb > /dev/null
	$(BIN)/jupyter lab chapters/index.ipynb

course: $(VENV)/.course  ## notebooks for students and for instructors, keys and model answers
	@$(BIN)/python -m publish.course

results: $(VENV)/.test  ## do the long runs that are not stored yet (PRESET=tiny; default: cpu)
	$(BIN)/python -m monograph.experiments --preset $(or $(PRESET),cpu)

bench: $(VENV)/.test  ## measure cost and variance of the simulations
	$(BIN)/python -m benchmarks

lock: $(VENV)/.lock  ## remake requirements*.txt from pyproject.toml (UV=--upgrade: with the newest versions)
	@$(BIN)/python -m publish.lock $(UV)

clean:  ## remove the built site and the caches
	rm -rf _build .hypothesis .pytest_cache .ruff_cache *.egg-info
	find . -path ./$(VENV) -prune -o -name __pycache__ -exec rm -rf {} +

distclean: clean  ## remove the virtual environment too
	rm -rf $(VENV) node_modules

# A stamp is written when its installation has ended well, so a broken one is resumed.

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "This book needs Python 3.11 or newer, and $(PYTHON) is not:"; $(PYTHON) --version; \
	  echo "Name another one, for example: make book PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) has no venv module. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.book: requirements-book.txt package.json $(VENV)/.python
	$(PIP) -r requirements-book.txt
	$(BIN)/npm install --omit=dev --loglevel=error
	@touch $@

$(VENV)/.lint: requirements-lint.txt $(VENV)/.book
	$(PIP) -r requirements-lint.txt
	$(BIN)/npm install --loglevel=error
	@touch $@

$(VENV)/.test: requirements.txt pyproject.toml $(VENV)/.book
	$(PIP) -r requirements.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.lock: requirements.txt $(VENV)/.python
	$(PIP) --constraint requirements.txt uv
	@touch $@

$(VENV)/.lab: requirements-lab.txt $(shell find publish/export -type f) $(VENV)/.test
	$(PIP) -r requirements-lab.txt
	@mkdir -p $(VENV)/share/jupyter/lab/settings
	@cp .binder/overrides.json $(VENV)/share/jupyter/lab/settings/
	@mkdir -p $(VENV)/etc/jupyter
	@cp publish/export/jupyter_config.json $(VENV)/etc/jupyter/
	@cp -r publish/export/nbconvert $(VENV)/share/jupyter/
	@touch $@

$(VENV)/.course: requirements-course.txt $(VENV)/.lab
	$(PIP) -r requirements-course.txt
	@touch $@
