# What there is to do here. Every target gets the tools it needs by itself, into target/tools.

POLICY ?=
LOCK ?=
OUT ?= target/fromtier-frontend.oci.tar
RUN ?=
CASES ?=

.DEFAULT_GOAL := help
.PHONY: help build tools test units differential e2e conformance peers bench check demo frontend-image frontend-image-push clean

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 28

build: ## both binaries, for release: the frontend (static) and the command line
	cargo build --locked --release -p fromtier
	@scripts/frontend-image.sh --binary

tools: ## BuildKit, its client and what they need, into target/tools
	@scripts/tools.sh buildkit system buildx

test: ## everything: units, differential, end to end, BuildKit's own suite
	@scripts/test.sh

units: ## the tests beside the code
	@scripts/test.sh units

differential: ## this frontend and the reference on tests/corpus (CASES=N: and on N made by chance)
	@CASES='$(CASES)' scripts/test.sh differential

e2e: ## real builds on a real BuildKit
	@scripts/test.sh e2e

conformance: ## BuildKit's own integration suite (RUN=regex: a part of it)
	@RUN='$(RUN)' scripts/conformance.sh

peers: ## what published Dockerfile crates make of the corpus, and how fast
	@scripts/peers.sh

bench: ## this frontend and the reference, measured side by side (RUNS=20)
	@RUNS='$(or $(RUNS),20)' scripts/bench.sh

check: ## format, lints, documentation, dependencies
	@scripts/check.sh

demo: ## the story, on a real BuildKit of its own
	@scripts/demo.sh

frontend-image: ## the frontend's image as an OCI archive (POLICY=file LOCK=file OUT=file.oci.tar)
	@POLICY='$(POLICY)' LOCK='$(LOCK)' scripts/frontend-image.sh '$(OUT)'

frontend-image-push: frontend-image ## the same, pushed by skopeo (REF=registry/name:tag)
	@test -n '$(REF)' || { echo 'error: where to? REF=registry/name:tag' >&2; exit 2; }
	skopeo copy 'oci-archive:$(OUT)' 'docker://$(REF)'

clean: ## all that was built, but not the tools
	rm -rf target/debug target/release target/*-unknown-linux-* target/stand-ins target/conformance target/peers '$(OUT)'
