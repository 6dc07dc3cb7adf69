# The two commands: `make demo` shows what authtrail does, `make test` proves it. Both install what is missing.

SHELL := /bin/bash
RELEASE := .build-release
CHECK := --explicit-target-dependency-import-check error
# On Linux the program needs no Swift where it runs, and starts in a third of the time.
STATIC := $(if $(filter Linux,$(shell uname)),--static-swift-stdlib)
TRAIL_DIR ?= ./demo

.PHONY: demo test lint bench faults evaluate fuzz build install docs setup venv clean

## A year of auth events with attacks in it, ingested and judged.
demo: build
	@$(RELEASE)/release/authtrail demo --dir $(TRAIL_DIR)

## All tests, against real files, real SQLite, pyarrow and DuckDB.
test: setup venv
	@AUTHTRAIL_PYTHON="$(CURDIR)/.venv/bin/python" bash Tests/run.sh $(CHECK)

## The form of the sources, as .swift-format says; `swift format -i -r Sources Tests Fuzz Package.swift` mends it.
lint:
	swift format lint --strict -r Sources Tests Fuzz Package.swift

## Speed and size beside DuckDB and ClickHouse; BENCH="--events 1000000 --runs 1" for a quick look.
bench: build
	bash Benchmarks/run.sh $(RELEASE)/release/authtrail $(BENCH)

## Docs/detectors.md, printed from the program.
docs: build
	$(RELEASE)/release/authtrail detectors | python3 Packaging/detectors_page.py > Docs/detectors.md

## What it survives: kills, errors of system calls, full disks, damage, power cuts. Half an hour, and not part of CI;
## FAULTS="--only kill --minutes 5 --seed 2" for less. As root with strace nothing is left out. Then a follower against a
## model: so many random lives of a log.
FAULTS ?= --minutes 24
LISTS ?= 2000
faults: build
	@python3 Tests/Faults/run.py $(RELEASE)/release/authtrail $(FAULTS)
	AUTHTRAIL_FOLLOW_LISTS=$(LISTS) swift test $(CHECK) --filter FollowModelTests

## Precision and recall of every detector on logs that are made with labels; EVALUATE="--seeds 1..10 --events 100000".
evaluate: build
	@python3 Tests/Evaluation/run.py $(RELEASE)/release/authtrail $(EVALUATE)

## libFuzzer against the readers of lines, segments and other logs and the search for credentials; FUZZ="lines -- -max_total_time=60".
fuzz: setup
	bash Fuzz/run.sh $(FUZZ)

## The program, as .build-release/release/authtrail.
build: setup
	@echo "Building authtrail (release); the first build takes a few minutes."
	@swift build -c release --product authtrail --scratch-path $(RELEASE) $(STATIC) $(CHECK)

## The program, its units and its account below DESTDIR (as root); `systemctl enable --now authtrail-follow.service
## authtrail-detect.timer` starts them.
PREFIX ?= /usr/local
install:
	@[ -x $(RELEASE)/release/authtrail ] || { echo "there is no program yet; run make build, without sudo"; exit 1; }
	install -D -m 755 $(RELEASE)/release/authtrail $(DESTDIR)$(PREFIX)/bin/authtrail
	install -D -m 644 Packaging/systemd/authtrail.sysusers $(DESTDIR)/usr/lib/sysusers.d/authtrail.conf
	install -d $(DESTDIR)/etc/systemd/system
	for unit in Packaging/systemd/*.service Packaging/systemd/*.timer; do \
		sed 's#/usr/local/bin/authtrail#$(PREFIX)/bin/authtrail#' "$$unit" > "$(DESTDIR)/etc/systemd/system/$${unit##*/}"; \
	done
	@[ -n "$(DESTDIR)" ] || { systemd-sysusers && systemctl daemon-reload; }

## System packages: SQLite and zlib with their headers (Debian, Ubuntu; macOS has them).
setup:
	@bash Packaging/setup.sh

## pyarrow and DuckDB, which read the segments in the tests.
venv: .venv/done

.venv/done: Tests/Engines/requirements.txt
	@python3 -m venv .venv
	@.venv/bin/pip install --quiet --disable-pip-version-check -r Tests/Engines/requirements.txt
	@touch $@

clean:
	rm -rf .build $(RELEASE) .build-fuzz .venv .venv-bench demo bench
