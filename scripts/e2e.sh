#!/usr/bin/env bash
# Runs real builds with this project's frontend and the reference's on one private BuildKit, and compares them:
#   e2e.sh [ARGUMENTS OF cargo test -- …]   such as a part of a test's name
#   FRONTEND=FILE   another frontend instead of this project's: a static binary, or "reference"
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
if [ "${FROMTIER_E2E:-}" != inside ]; then
    "$ROOT/scripts/tools.sh" buildkit system
    (cd "$ROOT" && cargo build --quiet --locked -p fromtier && cargo test --quiet --locked -p fromtier-e2e --features real --no-run)
    export FROMTIER_E2E=inside
    exec "$ROOT/scripts/buildkit.sh" run "$0" "$@"
fi
export REFERENCE_IMAGE="$FROMTIER_RUN/reference.oci.tar" FROMTIER_IMAGE="$FROMTIER_RUN/fromtier.oci.tar"
FRONTEND=reference POLICY='' LOCK='' "$ROOT/scripts/frontend-image.sh" "$REFERENCE_IMAGE" >/dev/null
POLICY="$ROOT/tests/conformance/policy.yaml" LOCK='' "$ROOT/scripts/frontend-image.sh" "$FROMTIER_IMAGE" >/dev/null
FROMTIER_BINARY=$("$ROOT/scripts/frontend-image.sh" --binary)
export FROMTIER_BINARY FROMTIER_CLI="$TARGET/debug/fromtier"
cd "$ROOT"
cargo test --locked -p fromtier-e2e --features real --test real -- "$@"
