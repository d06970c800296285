#!/usr/bin/env bash
# Measures published crates for Dockerfiles on our corpus: prints the tables of docs/dependencies.md.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
scripts/tools.sh buildkit
cargo build --locked --release --manifest-path tests/peers/Cargo.toml --target-dir "$TARGET/peers"
FROMTIER_REFERENCE="$TOOLS/bin/dockerfile-frontend" "$TARGET/peers/release/fromtier-peers"
