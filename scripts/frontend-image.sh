#!/usr/bin/env bash
# Packs a frontend's image for scratch as an OCI archive:
#   frontend-image.sh FILE.oci.tar
#   frontend-image.sh --binary      only prints the path of the binary that it would pack
#   FRONTEND=FILE        a static binary, or an OCI archive that is taken as it is (default: this project's, built)
#   FRONTEND=reference   BuildKit's own Dockerfile frontend
#   PROFILE=dev          built in seconds rather than for release
#   POLICY=FILE LOCK=FILE   baked in as /etc/fromtier/policy.yaml and /etc/fromtier/fromtier.lock, if they have no errors
#                           and the policy passes its policy.test.yaml
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
[ $# -eq 1 ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2; }
out=$1
# Before minutes of compiling.
for name in POLICY LOCK; do
    file=${!name:-}
    [ -z "$file" ] || [ -e "$file" ] || die "$name: $file: no such file"
done
caps=moby.buildkit.frontend.inputs,moby.buildkit.frontend.subrequests,moby.buildkit.frontend.contexts,moby.buildkit.frontend.gitquerystring
case ${FRONTEND:-} in
"")
    # An explicit target makes it static, without the C library's loader. musl starts twice as fast as glibc, which queries
    # the processor's features and caches; on a virtual machine the host has to answer each query.
    triple=$(static_target)
    profile=${PROFILE:-frontend}
    # At a fixed address, as Go's programs are, so that nothing has to be relocated before it starts.
    static='-C target-feature=+crt-static'
    case $triple in *-musl) static="$static -C relocation-model=static" ;; esac
    say "building the frontend ($profile)"
    (cd "$ROOT" && RUSTFLAGS="${RUSTFLAGS:-} $static" \
        cargo build --quiet --locked --profile "$profile" --target "$triple" -p fromtier-frontend --bin fromtier-frontend)
    binary="$TARGET/$triple/${profile/#dev/debug}/fromtier-frontend"
    path=/bin/fromtier-frontend
    ;;
reference)
    "$ROOT/scripts/tools.sh" buildkit
    binary="$TOOLS/bin/dockerfile-frontend"
    path=/bin/dockerfile-frontend
    ;;
*.tar)
    cp "$FRONTEND" "$out"
    exit
    ;;
*)
    binary=$FRONTEND
    path=/bin/fromtier-frontend
    ;;
esac
if [ "$out" = --binary ]; then
    printf '%s\n' "$binary"
    exit
fi
# What is baked in is checked first: with a broken policy or lock file the image would refuse every build.
if [ -n "${POLICY:-}${LOCK:-}" ]; then
    (cd "$ROOT" && cargo build --quiet --locked -p fromtier)
    fromtier="$TARGET/debug/fromtier"
    if [ -n "${POLICY:-}" ]; then
        "$fromtier" policy check "$POLICY" >&2 || die "$POLICY is not packed: it has errors"
        expectations=$(dirname "$POLICY")/policy.test.yaml
        if [ -e "$expectations" ]; then
            "$fromtier" policy test "$expectations" >&2 || die "$POLICY is not packed: $expectations fails"
        fi
    fi
    if [ -n "${LOCK:-}" ]; then
        empty=$(mktemp -d)
        trap 'rm -rf "$empty"' EXIT
        echo 'FROM scratch' >"$empty/Dockerfile"
        "$fromtier" check --lock "$LOCK" "$empty" >"$empty/out" 2>&1 || {
            cat "$empty/out" >&2
            die "$LOCK is not packed: it can't be used"
        }
    fi
fi
case $(uname -m) in
x86_64) platform=linux/amd64 ;;
aarch64) platform=linux/arm64 ;;
*) die "no frontend image for $(uname -m)" ;;
esac
xtask frontend-image --binary "$binary" --path "$path" --caps "$caps" --platform "$platform" \
    --policy "${POLICY:-}" --lock "${LOCK:-}" --out "$out"
