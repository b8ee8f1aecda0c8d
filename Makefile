# The front door: it installs what is missing and calls Meson. `make help` lists the targets.

MESON = meson
PYTHON = /usr/bin/python3
BUILD = build
CLANG = build-clang
ENGINE = libfuzzer
FUZZ = $(if $(filter afl,$(ENGINE)),build-afl,build-fuzz)
# Where executions are counted, without the address sanitizer, which takes three quarters of them and more.
QUICK = $(if $(UNTIL),$(if $(filter afl,$(ENGINE)),,build-quick))
SANITIZERS = address,undefined
QUIET := $(shell [ -t 1 ] || echo --quiet)

all: ready-build ## build the program into build/
	@ninja -C $(BUILD) $(QUIET)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install the packages that are missing (apt, asks for sudo when not root)
	@packaging/setup.sh

demo: ready-demo ## two nodes under the example accord, to try; ONCE=1: check itself and end
	@ninja -C $(BUILD) $(QUIET)
	@ONCE=$(ONCE) exec $(PYTHON) examples/demo.py

test: setup ## everything: check and e2e; closes with `N passed, N failed`
	@$(PYTHON) test/run.py check e2e

check: setup ## what a commit must pass: lint, gcc, clang, sanitizers, unit, vectors, conformance, seeds, corpora
	@$(PYTHON) test/run.py check

e2e: setup ## plays and faults on running nodes; K=WORDS: only those that match
	@$(PYTHON) test/run.py e2e $(if $(K),-k '$(K)')

console: ready-build ## what browsers are served, into build/console; its three packages and the fonts come from npm by lock file
	@packaging/setup.sh console
	@command -v npm >/dev/null || { echo "console: npm is not there: apt-get install npm" >&2; exit 1; }
	@[ -d console/node_modules/preact ] || npm --prefix console ci --ignore-scripts --no-audit --no-fund --silent
	@node console/build.mjs $(BUILD)/console

sign: all console ## the console's manifest, signed with the release key KEY=FILE, into build/console.manifest and .sig
	@packaging/sign_console.sh $(BUILD)/src/entente/entente $(BUILD)/console "$(KEY)"

browser: all console ## the console in Chromium against two nodes, both languages; K=words: only those; LOST=n runs of the lost-text play (20), MANY=n messages of a channel (5000)
	@packaging/setup.sh browser demo
	@[ -d test/browser/node_modules/playwright-core ] || npm --prefix test/browser ci --ignore-scripts --no-audit --no-fund --silent
	@cd test/browser && LOST=$(or $(LOST),20) node --test --test-concurrency=1 $(if $(K),--test-name-pattern="$(K)") .

test-pq: ## sealing with ML-KEM-768 in a Debian 13 that debootstrap makes, judged by C2SP's vectors and npm's age-encryption
	@packaging/setup.sh pq
	@$(PYTHON) test/pq/run.py

interop: setup all ## other programs' own clients, validators and engines on what we hand to others, each by name
	@$(PYTHON) test/interop/run.py

lint: setup ## layers, names, layout, clang-tidy, cppcheck, spelling, scripts, manual pages, catalogues
	@$(PYTHON) test/run.py lint

lint-deep: setup ## clang's analyzer to the end of every path: half an hour
	@$(PYTHON) test/lint/tidy.py clang-tidy $(CLANG) --deep

sim: all ## the simulator: SEED=n one seed and its trace hash, SEEDS=count that many, neither: until stopped
	@$(BUILD)/test/sim/sim $(if $(SEED),SEED=$(SEED)) $(if $(SEEDS),SEEDS=$(SEEDS))

restores: all ## nodes put back to backups of every age, N=count (1000): each ends in recovery or a new epoch; SEED=n one history
	@$(BUILD)/test/sim/restores $(if $(SEED),SEED=$(SEED),N=$(or $(N),1000) FLOORS=1)

procedures: all ## random histories of procedures between governments, RUNS=n (8000): nothing diverges, no verdict changes; by a second reducer too
	@VECTORS=test/vectors $(BUILD)/test/proc/sim_procedures RUNS=$(or $(RUNS),8000)
	@VECTORS=test/vectors $(BUILD)/test/proc/sim_procedures RUNS=2000 unchecked
	@VECTORS=test/vectors $(BUILD)/test/proc/sim_procedures RUNS=2000 ahead
	@VECTORS=test/vectors $(BUILD)/test/proc/sim_procedures RUNS=$(or $(RUNS),8000) losses
	@VECTORS=test/vectors $(BUILD)/test/proc/sim_procedures RUNS=2000 havoc
	@VECTORS=test/vectors $(BUILD)/test/proc/sim_procedures RUNS=1000 crowded
	@$(PYTHON) test/proc/second.py $(BUILD)/test/proc/sim_procedures test/vectors 1000
	@$(PYTHON) test/models/check.py --define THREE test/models/gate.pml NO_CONFIRM LATE_WITHDRAW

crash: all ## the power, the disk, the memory, the store and the signer fail at every call; CUTS=count power cuts (100000), SEEDS=count histories (4)
	@$(BUILD)/test/crash/cuts CUTS=$(or $(CUTS),100000)
	@$(BUILD)/test/crash/faults SEEDS=$(or $(SEEDS),4) AGAIN=40
	@for story in "" MOVES=1 ROT=1 PAPERS=1 BLOBS=1 WATCH=1; do \
		for twice in 0 1 2; do \
			$(BUILD)/test/crash/places SEEDS=$(or $(SEEDS),4) TWICE=$$twice $$story || exit 1; \
		done; \
	done
	@for story in $(BUILD)/test/crash/story_*; do [ ! -f $$story ] || $$story || exit 1; done

mutants: all ## turn over each comparison and mask of the evaluator and of release: the unit tests must notice every one (a long run)
	@$(MESON) test -C $(BUILD) --no-rebuild --benchmark --print-errorlogs --verbose mutants "release mutants"

blackbox: setup all ## the second checker: real nodes, faults, a judge; MINUTES=n (2), SEED=n, PARTIES=2 or 3
	@$(PYTHON) test/blackbox/run.py --minutes $(or $(MINUTES),2) $(if $(SEED),--seed $(SEED)) $(if $(PARTIES),--parties $(PARTIES))

bench: ready-demo ## figures beside the floor of the same run, into build/bench/latest.json
	@ninja -C $(BUILD) $(QUIET)
	@$(PYTHON) bench/run.py
	@$(PYTHON) bench/report.py

bench-peers: ready-demo ## the same work by entente and by systems of today; PEERS="nats redis": only these; 24 min
	@packaging/setup.sh peers
	@ninja -C $(BUILD) $(QUIET)
	@$(PYTHON) bench/peers/run.py $(PEERS)
	@$(PYTHON) bench/report.py

bench-scale: ready-demo ## figures by the record's size, parties, watching clients; MAX=1e6: entries
	@ninja -C $(BUILD) $(QUIET)
	@$(PYTHON) bench/scale.py $(if $(MAX),--max $(MAX))
	@$(PYTHON) bench/report.py

rot: all ## flip a million bits of a small store, cut its files at each length (a long run)
	@$(BUILD)/test/conformance/test_rot FLIPS=$(or $(FLIPS),6000000) CUTS=$(or $(CUTS),900000)

fuzz: setup ## search on T=target (all without T) for MINUTES=n (1), or UNTIL=executions; ENGINE=afl: by AFL++
	@for build in $(FUZZ) $(QUICK); do \
		$(MAKE) --no-print-directory $$build/build.ninja && ninja -C $$build $(QUIET) || exit 1; \
	done
	@$(PYTHON) test/fuzz/run.py $(FUZZ) --engine $(ENGINE) $(if $(UNTIL),--until $(UNTIL),--minutes $(or $(MINUTES),1)) \
		$(if $(QUICK),--quick $(QUICK)) --targets $(T)

coverage: setup build-coverage/build.ninja ## lines and branches that tests reach, by clang; into build-coverage/
	@ninja -C build-coverage $(QUIET)
	@$(PYTHON) test/coverage.py build-coverage

format: setup ## lay out all C as .clang-format says
	@$(PYTHON) test/lint/tidy.py format --write

po: all ## collect the strings into po/entente.pot and merge them into the catalogues
	@ninja -C $(BUILD) $(QUIET) entente-pot entente-update-po

install: all ## install the program, its catalogues and manual pages (DESTDIR=, PREFIX at `meson setup`)
	@$(MESON) install -C $(BUILD) --quiet

clean: ## remove what was built
	@rm -rf $(BUILD) $(CLANG) build-fuzz build-quick build-afl build-coverage

ready-build:
	@packaging/setup.sh build
	@[ -f $(BUILD)/build.ninja ] || $(MESON) setup $(BUILD) >$(BUILD).log || { cat $(BUILD).log; exit 1; }
	@rm -f $(BUILD).log

ready-demo:
	@packaging/setup.sh build demo
	@$(MAKE) --no-print-directory ready-build

build-quick/build.ninja: SANITIZERS = undefined

build-fuzz/build.ninja build-afl/build.ninja build-quick/build.ninja:
	@CC=$(if $(filter afl,$(ENGINE)),afl-clang-fast,clang-19) AFL_QUIET=1 $(MESON) setup $(@D) -Db_sanitize=$(SANITIZERS) \
		-Db_lundef=false -Doptimization=2 -Dfuzz=true

# Counters change what a warning may be about, and with optimization lines move: neither is what is asked here. A file of counters
# is mapped by all processes of a program at once: what two count in the same moment is lost if they do not count atomically.
build-coverage/build.ninja:
	@CC=clang-19 $(MESON) setup build-coverage -Dwerror=false -Db_lundef=false -Doptimization=1 \
		'-Dc_args=-fprofile-instr-generate -fprofile-update=atomic -fcoverage-mapping -mllvm -runtime-counter-relocation' \
		-Dc_link_args=-fprofile-instr-generate

.PHONY: console sign browser interop procedures mutants all help setup demo test test-pq check e2e lint lint-deep sim restores crash rot blackbox bench bench-peers bench-scale fuzz coverage format po install clean ready-build ready-demo
