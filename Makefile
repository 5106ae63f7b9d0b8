# Needs Python 3.11+ with pip, and nothing else. Each target sets itself up under .venv.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SEEDS  ?= 20
PIP    := $(BIN)/python -m pip --disable-pip-version-check
SETUP  := pyproject.toml setup.py package-lock.json $(wildcard maps/bundle_src/*)

.PHONY: stubs demo test check test-browser soak bench clean

demo: $(VENV)/.installed            ## the built-in city: report and maps in demo-out/
	$(BIN)/geoplan demo

test: $(VENV)/.installed-test       ## every test that this machine can run
	$(BIN)/python -m pytest -n auto
	$(BIN)/python -m pytest -n auto --doctest-modules --pyargs geoplan.core geoplan.layers geoplan.analyses geoplan.maps geoplan.app

check: $(VENV)/.installed-check     ## format, lint, types, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	rm -rf build  # setuptools keeps modules there that have moved since
	$(PIP) install --quiet --no-deps --target build/types .
	cd build/types && $(abspath $(BIN))/mypy --config-file ../../pyproject.toml -p geoplan
	$(MAKE) test

test-browser: $(VENV)/.installed-browser  ## maps and report opened in Chromium
	$(BIN)/python -m pytest -m browser

soak: $(VENV)/.installed-test       ## every property with many fresh seeds, before a release
	failed=; for seed in $$($(BIN)/python -c 'import random; print(*random.sample(range(2**31), $(SEEDS)))'); do \
	  echo "seed $$seed"; \
	  GEOPLAN_PROFILE=soak $(BIN)/python -m pytest -q -n auto -m hypothesis --hypothesis-seed=$$seed || failed="$$failed $$seed"; \
	done; \
	test -z "$$failed" || { echo "failed with the seeds$$failed"; exit 1; }

stubs: $(VENV)/.installed            ## what editors and type checkers see of the public names
	for room in . layers analyses maps; do \
	  $(BIN)/python -c "from geoplan.core.lazy_names import stub_text; print(stub_text('geoplan.$$room'.rstrip('.')), end='')" \
	    > $$(test $$room = . && echo geoplan || echo $$room)/__init__.pyi; \
	done

bench: $(VENV)/.installed-test      ## speed beside the peers, as ratios
	for script in benchmarks/bench_*.py; do $(BIN)/python $$script || exit 1; done

$(VENV)/.python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "geoplan needs Python 3.11 or newer; try make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.installed: $(VENV)/.python $(SETUP)
	$(PIP) install --quiet --editable .
	touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(PIP) install --quiet --editable '.[test]'
	touch $@

$(VENV)/.installed-check: $(VENV)/.installed-test
	$(PIP) install --quiet --editable '.[test,check]'
	touch $@

$(VENV)/.installed-browser: $(VENV)/.installed-test
	$(PIP) install --quiet --editable '.[test,browser]'
	touch $@

clean:
	rm -rf $(VENV) build *.egg-info demo demo-out
