# What one does with this checkout. `make` alone explains itself.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)

# The newest of those that are here and really start; a name alone proves nothing.
find_python = for python in $(or $(PYTHON),python3.13 python3.12 python3.11 python3); do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done

.PHONY: help install controlplane tools renderer page site release demo test test-all test-infrahub soak picture bench lint lock clean
.DEFAULT_GOAL := help

help: ## say what there is
	@echo 'Vidra keeps the artifacts of Infrahub applied in Kubernetes clusters. Here one can:'
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)$$/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'
	@echo
	@echo 'Start with `make demo`: it needs Python 3.11 or newer, and no cluster.'

install: $(BIN)/vidra ## make .venv with Vidra, everything it needs and all tools; leaves .venv/bin/vidra

$(BIN)/vidra: requirements/dev.txt pyproject.toml
	@python=$$($(find_python)); \
	if [ -z "$$python" ]; then \
		echo 'No Python 3.11 or newer is here: install one (Debian, Ubuntu: apt install python3 python3-venv), or name it: make install PYTHON=/path/to/python3' >&2; \
		exit 1; \
	fi; \
	if [ ! -x $(BIN)/python ] || ! $(PIP) --version >/dev/null 2>&1; then \
		echo "Making $(VENV) with $$python"; \
		version=$$($$python -c 'import sys; print("python%d.%d" % sys.version_info[:2])'); \
		if ! $$python -m venv --clear $(VENV) >/dev/null; then \
			echo "$$python cannot make virtual environments: install its package for that (Debian, Ubuntu: apt install $$version-venv), and try again." >&2; \
			exit 1; \
		fi; \
	fi
	@echo 'Installing what the lock file names (usually under a minute)'
	@$(PIP) install --require-hashes --only-binary=:all: -r requirements/dev.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

controlplane: install ## get etcd, kube-apiserver, kube-controller-manager and kubectl; prints their folder
	@$(BIN)/python -m toolchain

tools: install ## get the real parts of the extended tests, or NAMES='kwok helm'; prints their folder
	@$(BIN)/python -m toolchain tools $(NAMES)

renderer: install ## build the program that renders charts and overlays, once, in minutes; prints where it is
	@$(BIN)/python -m toolchain.renderer

page: install ## build the web page, which `vidra ui` serves; needs no Node.js here, but a network the first time
	@$(BIN)/python -m toolchain.page

site: install ## build these documents as a site into build/site; VERSION=… names its folder there
	@$(BIN)/python -m toolchain.site $(VERSION)

release: install ## make a release: VERSION=1.2.3 REGISTRY=host/path; DRY_RUN=1 publishes nothing, ARGS=--help says more
	@$(BIN)/python -m toolchain.release $(VERSION) $(if $(REGISTRY),--registry $(REGISTRY)) $(if $(DRY_RUN),--dry-run) $(ARGS)

demo: install ## see Vidra work against a real control plane; ONCE=1 ends by itself
	@$(BIN)/python -m toolchain.page || true
	@$(BIN)/python -m demo $(if $(ONCE),--once)

test: install ## run the tests against real control planes; ARGS='-k name' picks some, TIMES=5 repeats, LOADED=1 beside other work
	@$(BIN)/python -m testkit.suite $(if $(LOADED),--loaded) $(if $(TIMES),--times $(TIMES)) $(if $(JOBS),--jobs $(JOBS)) -- $(ARGS)

test-all: test ## the same, then properties with many examples, then the extended tests, with the real parts
	@VIDRA_TESTS_THOROUGH=1 $(BIN)/pytest -m "hypothesis or thorough or occasional"
	@$(BIN)/python -m toolchain tools >/dev/null
	@$(BIN)/python -m toolchain.renderer >/dev/null
	@$(BIN)/pytest tests/real
	@$(BIN)/python -m toolchain.page
	@$(BIN)/pytest tests/browser

test-infrahub: install ## run the tests with a real Infrahub, VERSION=1.4 or 1.11; its parts are got first, once, in some minutes
	@$(BIN)/python -m toolchain >/dev/null
	@VIDRA_INFRAHUB=$(VERSION) $(BIN)/python -m toolchain infrahub >/dev/null
	@VIDRA_INFRAHUB=$(VERSION) $(BIN)/pytest tests/infrahub tests/sources/infrahub/test_contract.py --real-infrahub $(ARGS)

soak: install ## tell random stories for HOURS (1) and see whether Vidra does what it should; ARGS='--seed N' repeats
	@$(BIN)/python -m toolchain >/dev/null
	@$(BIN)/python -m testkit.model --hours $(or $(HOURS),1) $(ARGS)

picture: install ## draw the demo for the README anew, from what it prints
	@$(BIN)/python -m demo.recording

bench: install ## measure how long Vidra takes, as a ratio to what the API server takes; SHORT=1: only its counts
	@$(BIN)/python -m toolchain >/dev/null
	@$(BIN)/python -m benchmarks $(if $(SHORT),--short) $(ARGS)

lint: install ## check style, types and which room imports which
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --explicit-package-bases src testkit toolchain demo tests benchmarks
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/vidra crds --check charts/vidra/crds
	@$(BIN)/python -m toolchain.page check

lock: install ## write requirements/ anew from pyproject.toml; UPGRADE=1 takes newer versions
	@$(PIP) install --quiet uv
	@$(LOCK) pyproject.toml --extra ssh --extra traces -o requirements/runtime.txt
	@$(LOCK) pyproject.toml --extra ssh --extra traces --group dev -c requirements/runtime.txt -o requirements/dev.txt
	@$(LOCK) requirements/go.in -o toolchain/go.txt
	@$(LOCK) requirements/node.in -o requirements/node.txt
	@$(LOCK) requirements/infrahub.in -o toolchain/infrahub-server/requirements.txt
	@$(subst 3.11,3.12,$(LOCK)) requirements/infrahub-1.11.in -o toolchain/infrahub-server-1.11/requirements.txt
	@$(LOCK) requirements/site.in -o toolchain/mkdocs/requirements.txt
	@$(LOCK) requirements/command-line.in pyproject.toml --extra ssh -c requirements/runtime.txt -o toolchain/pyinstaller/requirements.txt

clean: ## remove what was made here; the programs of the control plane stay in your cache
	@rm -rf $(VENV) ui/node_modules src/vidra/ui/page build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -path ./$(VENV) -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
