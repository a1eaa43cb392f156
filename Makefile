# Millrace. `make help` lists what there is.
SHELL := /bin/bash
export CGO_ENABLED ?= 0
export GOFLAGS ?= -buildvcs=false
GOBIN := $(shell go env GOPATH)/bin
VERSION ?= $(shell git describe --tags --always 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
LIGHT := $(notdir $(patsubst %/plugin.go,%,$(wildcard plugins/*/plugin.go)))
# What the tests must really have; without it a test fails rather than being skipped.
REQUIRE := MILLRACE_REQUIRE_FUSE=$(shell [ -e /dev/fuse ] && echo 1) MILLRACE_REQUIRE_POSTGRES=1 MILLRACE_REQUIRE_TOOLS=1 MILLRACE_REQUIRE_BROWSER=1
# What the examples read from the environment without a default.
EXAMPLE_ENV := env MILLRACE_PLUGINS__DIR=$(CURDIR)/bin/plugins OVERSEERR_API_KEY=x PROWLARR_API_KEY=x REALDEBRID_TOKEN=x JELLYFIN_API_KEY=x PLEX_TOKEN=x PASSWORD=x SECRET=x DATABASE_URL=postgres://x REDIS_URL=redis://x

.PHONY: help build demo run test test-long soak check bench bench-vfs accuracy fuzz generate fmt clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  \033[1m%-10s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/millrace and bin/plugins/millrace-plugin-*
	@mkdir -p bin/plugins
	go build -trimpath -ldflags '$(LDFLAGS)' -o bin/millrace ./cmd/millrace
	go build -trimpath -ldflags '$(LDFLAGS)' -o bin/plugins/.millrace-plugins ./plugins
	go build -trimpath -ldflags '$(LDFLAGS)' -o bin/plugins/millrace-plugin-bittorrent ./plugins/bittorrent
	@for p in $(LIGHT); do ln -f bin/plugins/.millrace-plugins bin/plugins/millrace-plugin-$$p; done

demo: ## show the main job end to end on this machine; ONCE=1 ends by itself
	@.ci/setup demo
	@$(MAKE) --no-print-directory build
	@go build -o bin/demo ./examples/sandbox/demo
	@bin/demo -bin bin $(if $(ONCE),-once)

run: build ## start the daemon with config.hcl
	@.ci/setup demo
	bin/millrace serve -config config.hcl

test: ## run every test with real PostgreSQL, FUSE and BitTorrent
	@.ci/setup test
	@$(MAKE) --no-print-directory build
	$(REQUIRE) go test -timeout 12m ./...
	cd examples/plugin && go test -timeout 5m ./...

test-long: ## random kills, soaks and whole matrices
	@.ci/setup test
	@$(MAKE) --no-print-directory build
	$(REQUIRE) go test -tags long -timeout 30m -run 'Long' ./core/... ./vfs/... ./sdk/... ./plugins/...

soak: ## have a library read through FUSE for TIME=20m: no wrong byte, and nothing grows
	@.ci/setup demo
	$(REQUIRE) MILLRACE_SOAK=$(or $(TIME),20m) go test -tags long -timeout 0 -count=1 -v -run '^TestNothingGrowsWhileALibraryIsReadLong$$' ./core/bench/soak

check: ## format, vet, lint (layers too), generated files, examples, race detector
	@.ci/setup check
	@test -z "$$(gofmt -l core sdk plugins vfs cmd examples)" || { echo "not formatted:"; gofmt -l core sdk plugins vfs cmd examples; exit 1; }
	go mod tidy -diff
	go vet ./...
	$(GOBIN)/golangci-lint run ./...
	@$(MAKE) --no-print-directory generate
	@git diff --exit-code --stat -- sdk/proto core/web || { echo "generated files are not up to date: run make generate and commit"; exit 1; }
	@$(MAKE) --no-print-directory build
	@for f in config.hcl examples/config/*/; do $(EXAMPLE_ENV) bin/millrace config validate $$f || exit 1; done
	cd examples/plugin && go vet ./...
	CGO_ENABLED=1 go test -race -short -timeout 20m $$(go list ./core/... ./sdk/... ./vfs/... ./plugins/... | grep -v -e /core/e2e -e /core/bench)

accuracy: ## print how well names are read and matched; FIELD=languages lists each miss
	@.ci/accuracy $(FIELD)

bench: build ## print the figures: pipeline, plugin calls, start, memory, reading and ranking of names
	@.ci/bench

bench-vfs: ## print what reading costs, beside rclone: ONLY=cold for some rows, QUICK=1
	@ONLY='$(ONLY)' QUICK='$(QUICK)' JSON='$(JSON)' PROFILES='$(PROFILES)' TRACE='$(TRACE)' ROWS='$(ROWS)' .ci/bench-vfs

fuzz: ## fuzz each target: TIME=10m for how long, ONLY=core/rank for those below a folder
	@.ci/fuzz '$(or $(TIME),30s)' $(ONLY)

generate: ## make what is generated from the protos
	@.ci/setup generate
	cd sdk/proto && PATH="$(GOBIN):$$PATH" buf lint && PATH="$(GOBIN):$$PATH" buf generate

fmt: ## format
	gofmt -w core sdk plugins vfs cmd examples

clean: ## remove what was built
	rm -rf bin
