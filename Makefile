# Two commands for a person: `make demo` and `make test`. What they need is set up by the first that is called, once.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON := .venv/bin/python
# PyQGIS needs the distribution's own Python: with another one first in PATH, QGIS crashes while it loads.
SYSTEM_PATH := /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
QGIS_ENV := env PATH=$(SYSTEM_PATH) QT_QPA_PLATFORM=offscreen SIRAN_PYTHON=$(CURDIR)/.venv/bin/python QGIS_CUSTOM_CONFIG_PATH=$(CURDIR)/build/qgis-tests
PYTEST := -m pytest --import-mode=importlib
# Files side by side on the cores, one thread each. The QGIS tests share a profile, and come one after the other.
SIDE_BY_SIDE := --numprocesses auto --maxprocesses 4 --dist loadfile
BACKEND_TESTS := tests/backend tests/training tests/package
BACKEND_PYTEST := env OMP_NUM_THREADS=1 $(PYTHON) $(PYTEST) $(SIDE_BY_SIDE)
QGIS_PYTEST := $(QGIS_ENV) build/qgis-venv/bin/python $(PYTEST)

.PHONY: help setup demo test lint test-fast test-slow test-qgis-next dist translations screenshots lock clean

help: ## say what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

setup: ## install what is missing: QGIS, .venv, build/qgis-venv, a QGIS profile under build/
	@scripts/setup.sh

demo: setup ## make the sample finer through QGIS, and a picture of it
	@$(PYTHON) scripts/demo.py

test: setup lint ## everything: ruff, mypy, pytest for backend, training, package and QGIS
	$(BACKEND_PYTEST) -m 'not slow' $(BACKEND_TESTS)
	@# QGIS's tests leave half of two cores idle, and measure how long a desktop waits: what runs beside them gets what they leave.
	@nice -n 19 $(BACKEND_PYTEST) -m slow $(BACKEND_TESTS) >build/test-slow.log 2>&1 & slow=$$!; \
	trap 'kill $$slow 2>/dev/null || true' EXIT; \
	echo "The slow tests run beside those of QGIS: build/test-slow.log"; \
	failed=0; $(QGIS_PYTEST) --ignore=tests/qgis/test_settings_page.py tests/qgis || failed=1; \
	wait $$slow || failed=1; cat build/test-slow.log; exit $$failed
	@# It measures how long the desktop waits, in fractions of a second: with nothing beside it.
	$(QGIS_PYTEST) tests/qgis/test_settings_page.py

lint: setup
	$(PYTHON) -m ruff check backend training siran_qgis tests scripts benchmarks __init__.py
	$(PYTHON) -m mypy --strict backend training

test-fast: setup ## the tests that take no longer than a few seconds each
	$(BACKEND_PYTEST) -m 'not slow' $(BACKEND_TESTS)
	$(QGIS_PYTEST) -m 'not slow' tests/qgis

test-slow: setup ## the others
	$(BACKEND_PYTEST) -m slow $(BACKEND_TESTS)
	$(QGIS_PYTEST) -m slow tests/qgis || [ $$? -eq 5 ] # 5: none of them is slow

test-qgis-next: setup ## the QGIS tests on a newer QGIS, in a Debian 13 folder under build/ (root, 2.5 GB)
	@scripts/test_qgis_next.sh

dist: setup ## dist/siran-VERSION.zip from what git has, checked as the QGIS plugin repository would
	@$(PYTHON) scripts/make_package.py

translations: ## resources/i18n: collect the plugin's texts, and compile their translations (needs Qt's lrelease)
	@python3 scripts/translate.py

screenshots: setup ## docs/images: the plugin's whole road, from the zip to a batch, walked in the real desktop
	@PYTHONPATH=tests/qgis $(PYTHON) -m screenshots

lock: ## pin the backend's environment anew from backend/requirements-*.in
	@scripts/lock_requirements.sh

clean: ## remove what was built, not what was installed
	rm -rf dist .mypy_cache .ruff_cache .pytest_cache build/demo
