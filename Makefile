# One cold build of Kubernetes is enough: every target builds with the same
# settings, because the build cache keeps -trimpath and cgo variants apart.
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
FUZZTIME ?= 30s
TOOL = go tool -modfile=go.tool.mod

export CGO_ENABLED ?= 0
export GOFLAGS += -trimpath -buildvcs=false

# The race detector needs cgo and a C compiler, so it is asked for (CI=true or
# RACE=1) and never required.
ifneq ($(filter true 1,$(CI) $(RACE)),)
ifneq ($(shell command -v $$(go env CC) 2>/dev/null),)
RACE_ENV = CGO_ENABLED=1 GOFLAGS="$(strip $(GOFLAGS)) -race"
else
RACE_NOTE = echo "There is no C compiler: testing without the race detector." >&2;
endif
endif

# Packages that hold something matching a pattern in their tests.
packages_with = $(shell grep -rlE --include='*_test.go' '$(1)' . | xargs -r -n1 dirname | sort -u)

.DEFAULT_GOAL := help
.PHONY: help demo lab build test bench fuzz lint generate verify clean FORCE

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: bin/setpoint-lab ## play the SageMaker guide step by step, without AWS and without a cluster
	@bin/setpoint-lab demo

lab: bin/setpoint-lab ## start the lab: an API server, the controller and a local AWS in one process
	@bin/setpoint-lab

build: $(addprefix bin/,$(notdir $(wildcard cmd/*))) ## build the binaries into bin/

test: ## run every test; CI=true or RACE=1 adds the race detector
	@$(RACE_NOTE) $(RACE_ENV) hack/build tests $$(go list -f '{{if ne .Name "main"}}{{if .GoFiles}}{{.ImportPath}}{{end}}{{end}}' ./...)
	$(RACE_ENV) go test -shuffle=on -timeout=25m ./...

bench: ## run the benchmarks
	go test -run='^$$' -bench=. -benchmem $(call packages_with,^func Benchmark)

fuzz: ## run every fuzz target for FUZZTIME (30s)
	@status=0; for dir in $(call packages_with,^func Fuzz); do \
		for name in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' $$dir/*_test.go); do \
			echo "$$dir $$name"; go test -run='^$$' -fuzz="^$$name\$$" -fuzztime=$(FUZZTIME) $$dir || status=1; \
		done; \
	done; exit $$status

lint: ## run golangci-lint
	@$(TOOL) golangci-lint run ./...

generate: ## write the generated files anew
	@go generate ./...

verify: ## fail when a generated file is not what `make generate` writes
	@hack/verify-generated

clean: ## remove what the other targets left in this directory
	@rm -rf bin .setpoint .cache

# FORCE: the go command knows best what is up to date.
bin/%: FORCE
	@hack/build $@ -o=$@ -ldflags='-s -w -X main.version=$(VERSION)' ./cmd/$*

FORCE:
