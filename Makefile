# Needs make and a Python from 3.11 to 3.14; everything else is set up in .venv on first use.

VENV := .venv
BIN := $(VENV)/bin
# Marks of the two steps: the pinned versions are installed; the kit is, and is compiled.
PINNED := $(VENV)/pinned
READY := $(VENV)/ready

LAB_ARGS ?=
TEST_ARGS ?=

# Settings of another Python, or of a shell inside one, that would lead ours astray.
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONWARNINGS PYTHONDONTWRITEBYTECODE
unexport VIRTUAL_ENV CONDA_PREFIX
unexport PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT PIP_PYTHON PIP_REQUIRE_VIRTUALENV
unexport PIP_CONSTRAINT PIP_REQUIREMENT PIP_EDITABLE PIP_QUIET PIP_VERBOSE PIP_LOG PIP_DRY_RUN

# A candidate is run, not just found: a pyenv shim exists even where it leads nowhere.
CANDIDATES = $(if $(PYTHON),"$(PYTHON)",python3 python3.14 python3.13 python3.12 python3.11 python)
FIND_PYTHON = for found in $(CANDIDATES) ""; do \
	"$$found" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' \
		2>/dev/null && break; done

.PHONY: help lab test check env cluster notebooks claims bench pins clean FORCE

help:
	@echo "make lab        open the lessons in JupyterLab   (LAB_ARGS=--no-browser)"
	@echo "make test       run every test and the linter    (TEST_ARGS='-k doors')"
	@echo "make check      run what of it takes a minute or so in all"
	@echo "make env        set up .venv, and nothing else   (PYTHON=python3.12)"
	@echo "make cluster    install what a search on a cluster needs besides: docs/cluster.md"
	@echo "make notebooks  execute every lesson again and clean it"
	@echo "make claims     try every sentence about runs again and write docs/claims.md"
	@echo "make bench      measure the trainer, the sliders and the start"
	@echo "make pins       print the pinned versions"
	@echo "make clean      remove .venv and all that was generated"

# A lesson that was updated since the set-up is kept as it came before Lab can save over it.
lab: env
	-@$(BIN)/python tools/notebooks.py keep
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m jupyterlab \
		--ServerApp.root_dir="$(CURDIR)" \
		--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb \
		$$([ "$$(id -u)" = 0 ] && echo --allow-root) $(LAB_ARGS)

# All three are run, whatever the first says. tests/conftest.py says which tests stay together on
# one core.
test check: env
	@failed=0; \
	$(BIN)/python -m ruff check || failed=1; \
	$(BIN)/python -m ruff format --check || failed=1; \
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -n auto --dist loadscope \
		--no-loadscope-reorder $(if $(filter check,$@),-m "not slow") $(TEST_ARGS) || failed=1; \
	exit $$failed

cluster: env
	@$(BIN)/python tools/pins.py install cluster

notebooks: env
	$(BIN)/python tools/notebooks.py
	$(BIN)/python tools/notebooks.py keep
	$(BIN)/python tools/picture.py

claims: env
	$(BIN)/python tools/claims.py

bench: env
	$(BIN)/python benchmarks/train.py
	$(BIN)/python benchmarks/engine.py
	$(BIN)/python benchmarks/estimators.py
	$(BIN)/python benchmarks/live_path.py
	$(BIN)/python benchmarks/slider.py
	$(BIN)/python benchmarks/first_seconds.py

pins:
	@$(FIND_PYTHON); "$$found" tools/pins.py

env: $(READY)

# The mark holds the folder it was made for: moved elsewhere, an environment no longer works.
ifneq ($(shell $(BIN)/python -c '' 2>/dev/null && cat $(PINNED) 2>/dev/null),$(CURDIR))
$(PINNED): FORCE
endif

$(PINNED): environment.yml tools/pins.py
	@$(FIND_PYTHON); \
	if [ -z "$$found" ]; then \
		echo "Knobs needs Python 3.11, 3.12, 3.13 or 3.14, and found none among:" $(CANDIDATES); \
		echo "Install one, or name it: make env PYTHON=/path/to/python3"; \
		exit 1; \
	fi; \
	echo "Setting up $(VENV) with $$("$$found" --version), once: a minute or two."; \
	rm -rf $(VENV); \
	"$$found" -m venv $(VENV) >$(VENV).log 2>&1 || { \
		cat $(VENV).log; rm -rf $(VENV) $(VENV).log; \
		echo "This Python cannot make a virtual environment: its venv or ensurepip is missing."; \
		echo "On Debian or Ubuntu: apt install python3-venv"; \
		exit 1; \
	}; \
	rm $(VENV).log
	@$(BIN)/python tools/pins.py install
	@printf '%s\n' "$(CURDIR)" >$@

# What the kit puts into the environment's etc/jupyter.
SHARED := etc/jupyter/labconfig/default_setting_overrides.json \
	etc/jupyter/jupyter_server_config.d/knobs.json etc/jupyter/jupyter_server_config.json \
	etc/jupyter/jupyter_nbconvert_config.json

$(READY): $(PINNED) pyproject.toml postBuild $(SHARED)
	@rm -f $@
	@PATH="$(CURDIR)/$(BIN):$$PATH" ./postBuild
	@touch $@

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .ruff_cache .hypothesis
	find lessons widgets tests tools benchmarks notebooks \
		\( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +
