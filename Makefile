# Linnet. `make demo` and `make test` do everything on a fresh Debian 12 or 13 with Swift; the rest is for its developers.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help dependencies build build-tests demo test dsp-targets dsp-bench dsp-hour dsp-examples fuzz systemd-test format format-check bench install uninstall clean

SWIFT_BUILD := swift build -c release
BIN := .build/release

help: ## What can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

dependencies: ## Install what is missing (Debian packages, speech engines, a Python environment for the tests)
	@scripts/dependencies.sh

build: dependencies ## The daemon, the rehearsal stand-in and the virtual sound card, in release mode
	@echo "==> Building (release; the first time takes a few minutes)"
	@$(SWIFT_BUILD)

demo: build ## Seven spoken questions through the real daemon: answers, waterfall, picture (WAV=file for your own voice)
	@$(BIN)/linnet demo --out demo-out $(if $(WAV),--wav '$(WAV)')

build-tests: dependencies
	@echo "==> Building with tests (release; the first time takes a few minutes)"
	@$(SWIFT_BUILD) --build-tests

test: build-tests ## All tests, then the checks of the house
	@scripts/test.sh

dsp-targets: ## Compile DSP for WebAssembly and Cortex-M0; no software floating point
	@scripts/dsp-targets.sh

dsp-bench: build ## The front end's instructions beside SpeexDSP's and WebRTC's, here and on AArch64 (callgrind, qemu; minutes)
	@scripts/dsp-bench.sh
	@mkdir -p bench-out
	@$(BIN)/linnet bench dsp --json bench-out/dsp.json

dsp-hour: build ## The front end over an hour of four microphones: processor time, late frames, allocations, memory (a minute)
	@scripts/dsp-bench.sh # for the counter of allocations
	@mkdir -p bench-out
	@$(BIN)/linnet bench hour --json bench-out/hour.json --picture bench-out/hour.svg

dsp-examples: build ## Sounds before and after the front end, and their spectrograms, into docs/examples
	@scripts/dsp-examples.sh

fuzz: ## Ten minutes of signals and settings that nobody would choose (SECONDS_TO_FUZZ=600); fails at the first trap
	@scripts/dsp-fuzz.sh $(or $(SECONDS_TO_FUZZ),600)

systemd-test: build ## The shipped unit under a real systemd in a container of its own (root; a few minutes the first time)
	@scripts/systemd-test.sh

format: ## Rewrite the sources in the house's format
	@swift format --in-place --recursive --parallel Package.swift Sources Tests

format-check: ## Fail when a source is not in the house's format
	@swift format lint --strict --recursive --parallel Package.swift Sources Tests

bench: build ## Turns, interruptions and rest as distributions; JSON and pictures in bench-out/
	@mkdir -p bench-out
	@$(BIN)/linnet bench turn --turns 100 --json bench-out/turn.json --picture bench-out/turn.svg
	@$(BIN)/linnet bench barge-in --json bench-out/barge-in.json --picture bench-out/barge-in.svg
	@$(BIN)/linnet bench idle --json bench-out/idle.json --picture bench-out/idle.svg

install: build ## Put the daemon on this machine (root; DESTDIR for a staging folder)
	@scripts/install.sh

uninstall:
	@scripts/install.sh uninstall

clean: ## Forget all builds and the speech engines' cache
	rm -rf .build .build-* .cache demo-out bench-out
