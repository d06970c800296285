# Everything that can be done here. Each target gets the tools that it needs, into target/tools.

POLICY ?=
LOCK ?=
OUT ?= target/fromtier-frontend.oci.tar
RUN ?=
CASES ?=
BUILDERS ?=
VERSION ?=
SECONDS ?= 60
TARGET ?=

.DEFAULT_GOAL := help
.PHONY: help build tools test units differential e2e builders conformance upstream peers bench fuzz check demo frontend-image frontend-image-push clean

help: ## list these targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 28

build: ## build both programs for release: the frontend (static) and the command line
	@bash -c '. scripts/lib.sh && cargo build --locked --release -p fromtier'
	@scripts/frontend-image.sh --binary

tools: ## get BuildKit, its client and their dependencies, into target/tools
	@scripts/tools.sh buildkit system buildx

test: ## run all tests: units, differential, e2e, builders (the short form), conformance
	@scripts/test.sh

units: ## run the tests of the crates
	@scripts/test.sh units

differential: ## compare this frontend with the reference on tests/corpus (CASES=N: and on N generated cases)
	@CASES='$(CASES)' scripts/test.sh differential

e2e: ## run real builds on a real BuildKit
	@scripts/test.sh e2e

builders: ## try the frontend's image on old BuildKits and a Docker Engine (BUILDERS='v0.12.5 docker': only these)
	@scripts/builders.sh $(BUILDERS)

conformance: ## run BuildKit's own integration suite (RUN=regex: a part of it)
	@RUN='$(RUN)' scripts/conformance.sh

upstream: ## print what another BuildKit answers differently (VERSION=v0.35.0, CASES=N: that many generated cases)
	@CASES='$(CASES)' scripts/upstream.sh '$(VERSION)'

peers: ## measure published Dockerfile crates on the corpus
	@scripts/peers.sh

bench: ## measure this frontend and the reference side by side (RUNS=20)
	@RUNS='$(or $(RUNS),20)' scripts/bench.sh

fuzz: ## run the fuzz targets (SECONDS=60 for each, TARGET=name: only this one)
	@scripts/fuzz.sh '$(SECONDS)' $(TARGET)

check: ## check format, lints, documentation, layout, spelling, scripts, dependencies
	@scripts/check.sh

demo: ## show the example story on a private BuildKit
	@scripts/demo.sh

frontend-image: ## pack the frontend's image as an OCI archive (POLICY=file LOCK=file OUT=file.oci.tar)
	@POLICY='$(POLICY)' LOCK='$(LOCK)' scripts/frontend-image.sh '$(OUT)'

frontend-image-push: frontend-image ## pack the image and push it with skopeo (REF=registry/name:tag)
	@test -n '$(REF)' || { echo 'error: REF is not set: REF=registry/name:tag' >&2; exit 2; }
	skopeo copy 'oci-archive:$(OUT)' 'docker://$(REF)'

clean: ## remove everything that was built, except the tools
	rm -rf target/debug target/release target/*-unknown-linux-* target/stand-ins target/conformance target/fuzz target/peers '$(OUT)'
