#!/usr/bin/env bash
# Makes the stand-in images of tests/images, as a registry's folder: target/stand-ins/data. Quick if nothing has changed.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
out="$TARGET/stand-ins"
mkdir -p "$TARGET"
exec 9>"$TARGET/.stand-ins.lock"
flock 9
print=$(cd "$ROOT" && { find tests/images tools/xtask -type f ! -path '*/layout/*' -print0 | sort -z | xargs -0 sha256sum
    readlink -f "$TOOLS/bin/busybox-static"; } | sha256sum)
if [ "$(cat "$out/print" 2>/dev/null)" != "$print" ]; then
    rm -rf "$out"
    mkdir -p "$out"
    xtask stand-ins --images "$ROOT/tests/images" --busybox "$TOOLS/bin/busybox-static" --registry "$out/data" >"$out/list"
    printf '%s\n' "$print" >"$out/print"
fi
