#!/usr/bin/env bash
# Makes a stand-in for the image rust:1.95-trixie in the Docker Engine of DOCKER_HOST, from Debian's packages and this machine's
# Rust, so that scripts/demo-docker.sh can be tried where there is no Docker Hub:
#   BUILDER=docker scripts/buildkit.sh run bash -c 'scripts/rust-image.sh && OPTIONS="--network host" scripts/demo-docker.sh'
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
if [ -z "${FROMTIER_RUN:-}" ] || [ -z "${DOCKER_HOST:-}" ]; then
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
"$ROOT/scripts/tools.sh" debootstrap
image=$(sed -n 's/^ *\(rust:[^ ]*\) bash.*/\1/p' "$ROOT/scripts/demo-docker.sh")
root="$FROMTIER_RUN/rust-image"
say "rust-image: unpacking Debian ${image##*-}"
DEBOOTSTRAP_DIR="$TOOLS/root/usr/share/debootstrap" "$TOOLS/root/usr/sbin/debootstrap" --variant=minbase \
    --include=ca-certificates,gcc,libc6-dev,git "${image##*-}" "$root" >"$FROMTIER_RUN/debootstrap.log" 2>&1 ||
    { tail -n 5 "$FROMTIER_RUN/debootstrap.log" >&2; die "debootstrap failed"; }
cp -a "$(cd "$ROOT" && rustc --print sysroot)"/{bin,lib} "$root/usr/local/"
# A company's own authorities, without which its mirrors are not trusted.
find /usr/local/share/ca-certificates -name '*.crt' -exec cp {} "$root/usr/local/share/ca-certificates/" \; 2>/dev/null || true
chroot "$root" update-ca-certificates >/dev/null
tar -C "$root" -c . | docker import - "$image" >/dev/null
rm -rf "$root"
