# Seamark. `make` lists the targets.
SHELL := /bin/bash
GO    ?= go
BIN   := bin/seamark

.PHONY: help build lambda release demo test unit race repeat fuzz torture test-athena test-loggers soak mutate bench lint web clean

help:
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

build: ## the seamark binary, in bin/
	$(GO) build -o $(BIN) ./cmd/seamark

lambda: ## the Lambda functions as zips in dist/lambda; ARCHS="arm64 amd64"
	scripts/lambda.sh $(ARCHS)

release: ## archives for linux with checksums and bills of materials, in dist/release; ARGS=--twice proves that two builds are equal
	scripts/release.sh $(ARGS)

demo: build ## watch the whole pipeline at work; Ctrl-C stops; ARGS="--seed 7" hands flags on
	$(BIN) demo $(ARGS)

test: ## set everything up on a fresh machine and run every test; STEPS="unit fuzz" runs these alone
	scripts/test.sh $(STEPS)

unit: ## the fast tests alone; they need no server
	$(GO) test ./...

race: ## the fast tests under the race detector
	$(GO) test -race ./...

repeat: ## every package's fast tests N times over, shuffled, to find what fails sometimes; N=30
	scripts/repeat.sh $(or $(N),30)

fuzz: ## every fuzz target for FUZZTIME (2000x: executions)
	scripts/fuzz.sh

torture: ## kill, cut the power and fill the disk as often as a release demands; takes hours
	scripts/torture.sh

test-athena: ## have a real Trino, the engine behind Athena, read a lake; fetches 820 MB once
	scripts/trino/test.sh

test-loggers: ## have the real logging libraries print their lines again, and compare; installs them in a temporary folder
	scripts/loggers/run.sh

soak: build ## run the demo at ten times its rate and measure its memory; MINUTES=30 RATE=3000
	scripts/soak.sh

mutate: ## sabotage the code, one place at a time: the tests must notice each
	$(GO) run ./internal/check/sabotage $(ARGS)

bench: build ## measure against peers and write docs/benchmarks.md
	scripts/bench.sh

lint: ## gofmt, vet, and what staticcheck finds
	scripts/lint.sh

web: ## build the page into dashboards/web/dist
	cd dashboards/web && npm install --no-save --ignore-scripts && npm run build

clean: ## what the targets above have left
	rm -rf bin dist .cache dashboards/web/node_modules
