#!/usr/bin/env bash
# Tries a frontend on one folder with a Dockerfile, on a private BuildKit:
#   try.sh FOLDER [OPTIONS OF buildctl build]
#   FRONTEND=FILE     a frontend's static binary, or its image as an OCI archive (default: this project's, built)
#   FRONTEND=reference   BuildKit's own Dockerfile frontend
#   POLICY=FILE LOCK=FILE   baked into the image next to the binary
# Without --output the result is discarded; --output type=local,dest=DIR or type=oci,dest=FILE keeps it.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
[ $# -gt 0 ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2; }

if [ "${FROMTIER_TRY:-}" != inside ]; then
    export FROMTIER_TRY=inside
    exec "$ROOT/scripts/buildkit.sh" run "$0" "$@"
fi
folder=$1
shift
archive="$FROMTIER_RUN/frontend.oci.tar"
"$ROOT/scripts/frontend-image.sh" "$archive" >/dev/null
xtask store --archive "$archive" --registry "$FROMTIER_REGISTRY_DIR" --name fromtier/frontend:try
buildctl build --progress=plain --frontend gateway.v0 --opt "source=$FROMTIER_REGISTRY/fromtier/frontend:try" \
    --local "context=$folder" --local "dockerfile=$folder" "$@"
