#!/usr/bin/env bash
# Runs the demo where there is Docker but no Rust, Go or root: the same script, in a container that is removed at the end.
#   OPTIONS='--network host'   more options of docker run
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
if ! have docker || ! docker info >/dev/null 2>&1; then
    die "the demo needs Rust, Go and root, or Docker" \
        "Rust: https://rustup.rs   Go: https://go.dev/dl   root: sudo make demo"
fi
say "demo: Rust, Go or root is missing here; the demo runs in a container (it compiles for some minutes)"
name="fromtier-demo-$$"
# A container leaves only this volume behind, and it's removed.
trap 'docker rm -f "$name" >/dev/null 2>&1 || true; docker volume rm -f "$name" >/dev/null 2>&1 || true' EXIT
terminal=()
if [ -t 1 ]; then terminal=(-t); fi
read -r -a options <<<"${OPTIONS:-}"
docker run --rm --privileged --name "$name" "${terminal[@]}" "${options[@]}" \
    --volume "$ROOT:/src:ro" --volume "$name:/build" --tmpfs /tmp:exec \
    --workdir /src --env CARGO_TARGET_DIR=/build/target --env GOPATH=/build/go --env GOCACHE=/build/go-cache \
    rust:1.95-trixie bash -euc '
        export DEBIAN_FRONTEND=noninteractive
        apt-get -qq update >/dev/null
        apt-get -qq install -y --no-install-recommends golang-go runc docker-registry busybox-static docker-buildx >/dev/null
        exec scripts/demo.sh'
