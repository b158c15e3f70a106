# Every habit is one command; `make` lists them. CI calls these targets and nothing else.
PYTHON ?= python3
VENV   ?= .venv
BENCH_VENV ?= .venv-bench
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
SOURCES := $(shell find src -type f -not -name '*.pyc' 2>/dev/null) meson.build pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help demo test check fix format lint types docstrings imports docs docs-check site oracle rivals bench bench-all bench-pool bench-prognosis bench-report bench-treatment bench-web screenshots simulation gallery browser serve lock clean dev

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

# ---- set-up: .venv from the lock files, chorall installed into it -------------------------------
$(BIN)/python:
	@echo "creating $(VENV) (first time only)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "chorall needs Python 3.11 or newer")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.txt | $(BIN)/python
	@echo "installing what chorall needs (locked, with hashes)"
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/run.txt
	@touch $@

$(VENV)/.web: requirements/web.txt $(VENV)/.run
	@echo "installing what the web app needs (locked, with hashes)"
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/web.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@echo "installing what the tests need (locked, with hashes)"
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/dev.txt
	@touch $@

$(VENV)/.chorall: $(VENV)/.run $(SOURCES)
	@echo "building and installing chorall"
	@rm -rf $(BIN)/../lib/python3*/site-packages/chorall
	@PATH="$(abspath $(BIN)):$$PATH" $(PIP) install --no-build-isolation --no-deps --force-reinstall -Cbuild-dir=build/$(notdir $(abspath $(VENV))) .
	@touch $@

dev: $(VENV)/.dev $(VENV)/.chorall ## set up everything without running anything

# ---- the two commands of the README --------------------------------------------------------------
demo: $(VENV)/.chorall ## simulate eight trials, pool them, answer, write one report
	@$(BIN)/chorall demo demo

test: $(VENV)/.dev $(VENV)/.chorall ## run the tests (ARGS="-k cox" passes arguments on)
	@$(BIN)/python -m pytest -n 2 --dist loadfile -q --ignore=tests/browser $(ARGS)

serve: $(VENV)/.web $(VENV)/.chorall ## open the web app on this machine (ARGS="POOL BANK")
	@$(BIN)/chorall serve $(ARGS)

# ---- before every commit -------------------------------------------------------------------------
check: $(VENV)/.dev $(VENV)/.chorall format lint types docstrings imports docs-check test ## format, lint, types, docstrings, imports, generated docs, tests

format: $(VENV)/.dev
	@$(BIN)/ruff format --check --quiet src tests tools

lint: $(VENV)/.dev
	@$(BIN)/ruff check --quiet src tests tools

types: $(VENV)/.dev
	@$(BIN)/mypy --no-error-summary

docstrings: $(VENV)/.dev $(VENV)/.chorall
	@$(BIN)/python tools/check_docstrings.py

imports: $(VENV)/.dev
	@mkdir -p build
	@PYTHONPATH=src $(BIN)/lint-imports --no-cache > build/imports.log 2>&1 || { cat build/imports.log; exit 1; }

docs: $(VENV)/.dev $(VENV)/.chorall ## write the generated pages under docs/
	@$(BIN)/python tools/generate_docs.py

docs-check: $(VENV)/.dev $(VENV)/.chorall
	@$(BIN)/python tools/generate_docs.py --check

site: $(VENV)/.dev $(VENV)/.chorall ## build the documentation as a site in build/site; a warning is an error
	@$(BIN)/python -m sphinx -q -E -W --keep-going -j 2 -d build/doctrees docs build/site

fix: $(VENV)/.dev ## let the machine format and tidy
	@$(BIN)/ruff check --fix --quiet src tests tools || true
	@$(BIN)/ruff format --quiet src tests tools

# ---- less often ----------------------------------------------------------------------------------
oracle: ## run R again and show what changed (NAME=cox; needs R with survival and cmprsk)
	@cd tests/oracle && Rscript $(NAME).R > $(NAME).csv && git --no-pager diff --stat -- $(NAME).csv

rivals: $(VENV)/.run ## install the trees that `bank validate` compares with (tests need them, else they skip)
	@$(PIP) install --require-hashes --no-deps --only-binary :all: -r requirements/rivals.txt

$(BENCH_VENV)/.peers: requirements/bench.txt
	@echo "installing the peers into $(BENCH_VENV) (locked, with hashes)"
	@$(PYTHON) -m venv $(BENCH_VENV)
	@$(BENCH_VENV)/bin/python -m pip --disable-pip-version-check --quiet --quiet install --require-hashes -r requirements/bench.txt && touch $@ || echo "the peers could not be installed: those missing are listed as absent"

bench: $(VENV)/.dev $(VENV)/.chorall $(BENCH_VENV)/.peers ## measure kernels and scan beside their peers (ARGS="cox-2000": these rows)
	@PYTHONPATH=tools BENCH_PYTHON=$(BENCH_VENV)/bin/python $(BIN)/python -m bench $(ARGS)
	@$(BIN)/python tools/bench_classify.py
	@$(BIN)/python tools/bench_prognosis.py
	@$(BIN)/python tools/bench_bank.py
	@$(BIN)/python tools/bench_report.py

bench-all: ## the same with the very slow peers (more than ten minutes)
	@$(MAKE) --no-print-directory bench ARGS="--all $(ARGS)"

bench-pool: $(VENV)/.dev $(VENV)/.chorall ## measure pooling of 20,000 patients x 60 markers against merely reading the files
	@$(BIN)/python tools/bench_pool.py

bench-prognosis: $(VENV)/.dev $(VENV)/.chorall ## measure a scan of a whole pool against R coxph calls (needs R with survival)
	@$(BIN)/python tools/bench_prognosis.py

bench-report: $(VENV)/.dev $(VENV)/.chorall ## measure the full report of 20,000 patients of eight trials (aim: 60 s, 5 MB)
	@$(BIN)/python tools/bench_report.py

bench-web: $(VENV)/.web $(VENV)/.chorall $(BENCH_VENV)/.peers ## load the web app over loopback, beside Shiny for Python (needs wrk)
	@BENCH_PYTHON=$(BENCH_VENV)/bin/python $(BIN)/python tools/bench_web.py $(ARGS)

bench-treatment: $(VENV)/.dev $(VENV)/.chorall ## measure the scan of 200 markers x randomised questions x 3 endpoints (aim: 30 s)
	@$(BIN)/python tools/bench_treatment.py

gallery: $(VENV)/.dev $(VENV)/.chorall ## draw one picture of each kind of figure and write docs/gallery.md
	@$(BIN)/python tools/draw_gallery.py

screenshots: $(VENV)/.dev $(VENV)/.chorall ## take the pictures of the web app in docs/images anew, then look at them (needs chromium)
	@$(BIN)/python tools/shoot_web.py $(ARGS)

simulation: $(VENV)/.dev $(VENV)/.chorall ## run all replicates of the simulation study and write docs/validation.md
	@$(BIN)/python tools/run_simulation.py
	@$(BIN)/python tools/simulate_deescalation.py

browser: $(VENV)/.dev $(VENV)/.chorall ## open the report in headless Chromium at two widths (needs chromium)
	@$(BIN)/python -m pytest -q tests/browser $(ARGS)

lock: ## renew the lock files on purpose (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --custom-compile-command "make lock" -q pyproject.toml requirements/build.in -o requirements/run.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --custom-compile-command "make lock" -c requirements/run.txt -q --extra report pyproject.toml -o requirements/report.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -c requirements/run.txt -q pyproject.toml --extra web -o requirements/web.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -c requirements/run.txt -q pyproject.toml --extra web --extra login -o requirements/login.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -c requirements/run.txt -q pyproject.toml --extra report --extra web --extra login --group dev -o requirements/dev.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q requirements/bench.in -o requirements/bench.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -c requirements/run.txt --no-emit-package nvidia-nccl-cu12 --no-emit-package nvidia-nccl-cu13 -q requirements/rivals.in -o requirements/rivals.txt

clean: ## remove what the commands made
	rm -rf build demo bench-data .mypy_cache .ruff_cache .pytest_cache .hypothesis
