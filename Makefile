# The front door for people: `make`, then `make help`. Machines call bin/plinth, which keeps exit codes.
# Paths given as variables are those of the caller, with `make -C` too.

SHELL := /bin/sh
.DEFAULT_GOAL := start
.NOTPARALLEL:

$(if $(wildcard bin/plinth),,$(error run it with `make -C CHECKOUT`, not with -f))

ROOT := $(CURDIR)
# make tells that -C was given by adding w to its flags; PWD is then still the caller's folder.
CALLER := $(if $(findstring w,$(firstword -$(MAKEFLAGS))),$(PWD),$(CURDIR))
IN_CALLER := cd "$(CALLER)" &&
PLINTH := "$(ROOT)/bin/plinth"
PYTHON := .venv/bin/python
# Only where this make uses it: on a runner it lies outside of the workspace.
STATE = $(shell bin/plinth --state)

# What the shell would read inside of quotes can't be handed on.
$(foreach sign,$$ " ` \,$(if $(findstring $(sign),$(ROOT)),$(error this checkout's path has a $(sign), which make and the shell read as their own: move it)))

# Paths given: ~ is the shell's to expand, and dash and zsh leave it in PHOTOS=~/buildings.
PATHS := PHOTOS OUT WORK DATASET PAGE CANDIDATE MODEL CARD GATE_REPORT EVIDENCE REPRODUCTION POLICY_PAGE PAYLOAD BOX
given = $(filter command environment,$(firstword $(origin $(1))))
plain = $(foreach sign,$$ " ` \,$(if $(findstring $(sign),$(value $(1))),$(error $(1) is '$(value $(1))': it has a $(sign), which \
make and the shell read as their own. Rename the folder, or call bin/plinth, which takes any name)))
whose = $(if $(filter-out ~ ~/%,$(filter ~%,$(firstword $($(1))))),$(error $(1) is '$($(1))': only ~/ is known, write the whole path))
home = $(if $(filter ~ ~/%,$(firstword $($(1)))),$(subst @:~,$(HOME),@:$($(1))),$($(1)))
$(foreach name,$(PATHS),$(if $(call given,$(name)),$(call plain,$(name))$(call whose,$(name))$(eval override $(name) := $$(call home,$(name)))))

WORK ?= $(ROOT)/build/work
DATASET ?= $(WORK)/data
OUT ?= $(ROOT)/build/candidate
PAGE ?= $(ROOT)/build/data-report.html
MODEL_NAME ?= architecture
PORT ?= 8000
LIMIT ?= 200
BUILDINGS ?= 30
BOX ?= $(STATE)/box

# What a target can't do without; said before anything runs.
NEEDED_train := PHOTOS
NEEDED_gate := CANDIDATE
NEEDED_report := CANDIDATE
NEEDED_data-report := PHOTOS
NEEDED_reproduce := MODEL
NEEDED_serve := MODEL
NEEDED_predict := PHOTOS OUT_FILE
NEEDED_samples := OUT_FILE
NEEDED_revert := PROMOTION
NEEDED_images := PAYLOAD
OUT_FILE := $(if $(filter command line environment override,$(origin OUT)),$(OUT))
usage = $(shell sed -n 's/^$(1):.*\#\# \(.*\) | .*/usage: make $(1) \1/p' Makefile)
require = $(if $($(2)),,$(error $(call usage,$(1))))
$(foreach goal,$(MAKECMDGOALS),$(foreach name,$(NEEDED_$(goal)),$(call require,$(goal),$(name))))

.PHONY: start help doctor setup clean environment check lint types test coverage test-machine test-cloud unit bench isolation gate-mutations \
	lock lock-check schemas samples train pin-holdout gate report explain-policy data-report reproduce parity serve predict \
	terraform-check images terraform-tables box box-destroy revert rollback-drill demo

start:
	@echo 'Plinth. The three commands that come first:'
	@echo
	@echo '  make doctor                     what this machine has and lacks, and what to type'
	@echo '  make demo FAST=1                the loop with one training, on drawn photos: about 4 minutes'
	@echo '  make train PHOTOS=~/buildings   your own photos, one folder per style (README: Your own photos)'
	@echo
	@echo 'All targets: make help. What a command needs, it sets up itself, once.'

help: ## | lists the targets
	@awk -F ':.*## | *\\| ' '/^[a-z-]+:.*## /{printf "  %-58s %s\n", "make " $$1 " " $$2, $$3}' Makefile

doctor: ## | what this machine has and lacks, what will not work because of it, and what to type
	@bin/plinth doctor

setup: environment ## | builds every environment from its lock and creates the keys
	@bin/environment training gate inference delivery rehearsal
	@$(PYTHON) bin/node_tools.py
	@test -f "$(STATE)/keys/reproduction" || bin/plinth training create-keys
	@test -f "$(STATE)/keys/gate" || bin/plinth gate create-keys
	@test -f "$(STATE)/keys/delivery" || bin/plinth delivery create-deploy-key

clean: ## | removes environments, caches and products; leaves .plinth (keys, models, records)
	rm -rf .venv .envs build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage

environment:
	@bin/environment dev

check: lint types isolation test test-machine terraform-check test-cloud ## | everything that must be green before a merge

lint: environment lock-check ## | style, import contracts, shell scripts and locks
	.venv/bin/ruff check . && .venv/bin/ruff format --check .
	.venv/bin/lint-imports && .venv/bin/shellcheck bin/plinth bin/environment .ci/run

types: environment ## | mypy --strict over packages and scripts
	.venv/bin/mypy && .venv/bin/mypy bin

AFFECTED := $(if $(CHANGED),$(PYTHON) bin/affected.py "$(CHANGED)" $(TESTS) --)
test: setup ## [CHANGED=main TESTS=tests/unit] | every test of seconds, or those that what differs from CHANGED can break
	$(AFFECTED) .venv/bin/pytest -n auto --dist loadfile --no-loadscope-reorder \
		-m "not machine and not cloud" $(COVERAGE) $(if $(CHANGED),,$(TESTS))

# Tracing makes tests take half as long again.
coverage: ## | the same tests, and which lines none of them runs; CI does this on main
	$(MAKE) --no-print-directory test COVERAGE="--cov --cov-report=term-missing:skip-covered"

test-machine: setup ## [CHANGED=main] | tests that start real deploys, hosts and boxes, for minutes
	$(AFFECTED) .venv/bin/pytest -n auto --dist loadfile --no-loadscope-reorder -m machine

# Images are built without a daemon, which takes root and these two; what a runner has already is not installed.
IMAGE_TOOLS := buildah debootstrap
SUDO := $(if $(filter 0,$(shell id -u)),,sudo --preserve-env)
test-cloud: setup ## | tests that apply Terraform to an emulated AWS, and build and run images, as root, for half an hour
	@for tool in $(IMAGE_TOOLS); do command -v $$tool >/dev/null || $(SUDO) apt-get install -y -qq $$tool; done
	$(SUDO) .venv/bin/pytest -m cloud

unit: environment ## [PACKAGE=NAME] | unit tests of all packages or of one
	.venv/bin/pytest -q tests/unit/$(PACKAGE)

bench: setup ## | peers and limits, measured side by side
	PYTHONPATH=. $(PYTHON) -P -m benchmarks

gate-mutations: environment ## [ONLY=PATTERN CHANGED=main] | weakens every rule and policy line: a test must notice
	@PYTHONPATH=tests OMP_NUM_THREADS=1 $(PYTHON) -P -m mutations "$(ONLY)" --since "$(CHANGED)"

isolation: environment ## [PACKAGE=NAME IMPORTS=1] | unit tests (or imports alone) against wheels, with only what each package declares
	$(PYTHON) bin/isolation.py $(if $(IMPORTS),--imports) $(PACKAGE)

lock: environment ## | resolves the locks in requirements/ anew (needs a package registry)
	$(PYTHON) bin/lock.py

lock-check: environment
	@$(PYTHON) bin/lock.py --check

schemas: environment ## | writes what is made of records and policies: JSON Schemas, and policies as pages
	$(PYTHON) -P -c 'from pathlib import Path; from artifacts.schemas import write_schemas; write_schemas(Path("libs/artifacts/schemas"))'
	$(PYTHON) -P -c 'from pathlib import Path; from judging.policy_schemas import write_policy_schemas; write_policy_schemas(Path("policies/schemas"))'
	$(PYTHON) -P -c 'from pathlib import Path; from gate.explain_policy import write_policy_pages; write_policy_pages(Path("policies"), Path("docs/policies"))'

samples: environment ## OUT=DIR [BUILDINGS=30] | draws sample photos of 25 styles, for those who have none
	@$(IN_CALLER) "$(ROOT)/$(PYTHON)" -P -m samples "$(OUT)" --buildings "$(BUILDINGS)"

train: setup ## PHOTOS=DIR [OUT=build/candidate] | trains on a folder of photos and packages a signed candidate
	@$(IN_CALLER) $(PLINTH) training run-pipeline --photos "$(PHOTOS)" --work "$(WORK)" --out "$(OUT)"
	@echo "Next: make serve MODEL='$(OUT)', and photos are answered; or have it judged: make pin-holdout, then make gate CANDIDATE='$(OUT)'"

gate: setup ## CANDIDATE=DIR [DATASET=build/work/data] | judges a candidate by its policy
	@$(IN_CALLER) $(PLINTH) gate judge "$(CANDIDATE)" --dataset "$(DATASET)" \
		--out "$(ROOT)/build/gate-report.json" --evidence "$(ROOT)/build/evidence.json" $(if $(REPRODUCTION),--reproduction "$(REPRODUCTION)")

pin-holdout: setup ## [DATASET=build/work/data] | writes down which photos models are judged on
	@$(IN_CALLER) $(PLINTH) gate pin-holdout --dataset "$(DATASET)"

# Relative, for wildcard takes a space for the end of a name.
report: GATE_REPORT ?= $(if $(wildcard build/gate-report.json),$(ROOT)/build/gate-report.json)
report: EVIDENCE ?= $(if $(wildcard build/evidence.json),$(ROOT)/build/evidence.json)
report: CARD ?= $(ROOT)/build/model-card.html
report: setup ## CANDIDATE=DIR [CARD=build/model-card.html] | writes the model card of a candidate that was judged
	@$(IN_CALLER) $(PLINTH) gate report "$(CANDIDATE)" --out "$(CARD)" --dataset "$(DATASET)" \
		$(if $(GATE_REPORT),--gate-report "$(GATE_REPORT)") $(if $(EVIDENCE),--evidence "$(EVIDENCE)")

explain-policy: POLICY_PAGE ?= $(ROOT)/build/policy-$(MODEL_NAME).html
explain-policy: setup ## [MODEL_NAME=architecture] | writes a policy as a page for those who sign it
	@$(IN_CALLER) $(PLINTH) gate explain-policy "$(MODEL_NAME)" --out "$(POLICY_PAGE)"

data-report: setup ## PHOTOS=DIR [PAGE=build/data-report.html] | shows what is in a folder of photos
	@$(IN_CALLER) $(PLINTH) training data-report "$(PHOTOS)" --out "$(PAGE)"

reproduce: setup ## MODEL=DIGEST [DATASET=build/work/data] | builds a model again in a room and signs whether it is equal
	@$(IN_CALLER) $(PLINTH) delivery reproduce "$(MODEL)" --dataset "$(DATASET)" --out "$(ROOT)/build/reproduction.json"

parity: PHOTOS ?= $(ROOT)/build/photos
parity: MODEL ?= $(ROOT)/build/candidate
parity: setup ## [PHOTOS=DIR MODEL=DIR LIMIT=200] | compares the training and the serving path photo by photo
	@$(IN_CALLER) $(PLINTH) gate parity "$(PHOTOS)" --model "$(MODEL)" --limit "$(LIMIT)"

serve: setup ## MODEL=DIR [PORT=8000] | serves a model over HTTP on this machine
	@$(PYTHON) bin/api_key.py "$(STATE)" "$(PORT)"
	@$(IN_CALLER) PLINTH_API_KEYS="$$(cat "$(STATE)/keys/api-key")" $(PLINTH) inference serve --model "$(MODEL)" --port "$(PORT)"

predict: MODEL ?= $(ROOT)/build/candidate
predict: setup ## PHOTOS=DIR OUT=FILE.csv [MODEL=build/candidate] | answers a folder of photos into a table
	@$(IN_CALLER) $(PLINTH) inference predict "$(PHOTOS)" --out "$(OUT)" --model "$(MODEL)"

terraform-check: setup ## | formats, validates, tests and scans Terraform's roots and modules (needs the AWS provider)
	$(PLINTH) delivery terraform-check
	@bin/environment checkov
	.envs/checkov/bin/checkov --directory infra/terraform --framework terraform --quiet --compact --skip-download

images: setup ## PAYLOAD=FILE.json | builds the image of a payload, code and models, with docker or buildah
	@$(IN_CALLER) $(PLINTH) delivery image build "$(PAYLOAD)" --source "$(ROOT)"

terraform-tables: environment ## | writes variables and outputs of Terraform's folders into their READMEs
	$(PYTHON) bin/terraform_tables.py

box: setup ## [BOX=.plinth/box] | a forge on this machine, with people and keys, to rehearse in
	@$(IN_CALLER) $(PLINTH) rehearsal create "$(BOX)"

box-destroy: setup ## [BOX=.plinth/box] | ends what the box runs and removes it
	@$(IN_CALLER) $(PLINTH) rehearsal destroy "$(BOX)"

revert: setup ## PROMOTION=COMMIT | makes the signed branch that takes a promotion back
	@$(IN_CALLER) $(PLINTH) delivery revert "$(PROMOTION)"

rollback-drill: setup ## | measures a rollback under load: seconds, and requests that failed
	@$(IN_CALLER) $(PLINTH) rehearsal drill

demo: setup ## [PHOTOS=DIR] [FAST=1] | the whole loop in a box: train, promote, attack, roll back
	@$(IN_CALLER) $(PLINTH) rehearsal demo $(if $(FAST),--fast) $(if $(PHOTOS),"$(PHOTOS)")
