# Sourced by the other scripts: paths, messages, and helpers.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TARGET=${CARGO_TARGET_DIR:-$ROOT/target}
# Set FROMTIER_TOOLS to share one folder of tools between several clones.
TOOLS=${FROMTIER_TOOLS:-$TARGET/tools}
export PATH="$TOOLS/bin:$PATH"
# The Go module that names the BuildKit to use. scripts/upstream.sh sets another one.
BUILDKIT_MODULE=${FROMTIER_BUILDKIT_MODULE:-$ROOT/tools/buildkit}

say() { printf '%s\n' "$*" >&2; }
die() {
    printf 'error: %s\n' "$1" >&2
    shift
    local line
    for line in "$@"; do printf '  %s\n' "$line" >&2; done
    exit 1
}
have() { [ -n "$(type -P "$1")" ]; }

# rust-toolchain.toml pins a toolchain by its version. Where rustup cannot get it by that name, the default toolchain is as good
# if it is of that version.
if have rustup && [ -z "${RUSTUP_TOOLCHAIN:-}" ] && ! (cd "$ROOT" && rustc --version) >/dev/null 2>&1; then
    default=$(cd / && rustup show active-toolchain | cut -d ' ' -f 1)
    pinned=$(sed -n 's/^channel = "\(.*\)"$/\1/p' "$ROOT/rust-toolchain.toml")
    case $(RUSTUP_TOOLCHAIN=$default rustc --version) in
    "rustc $pinned "*) export RUSTUP_TOOLCHAIN=$default ;;
    *) die "Rust $pinned is needed" "rustup toolchain install $pinned" ;;
    esac
fi

# The version of BuildKit that go.mod names, such as v0.34.2.
buildkit_version() {
    sed -n 's|^require github.com/moby/buildkit \(v[^ ]*\).*|\1|p;s|^\tgithub.com/moby/buildkit \(v[^ ]*\).*|\1|p' \
        "$BUILDKIT_MODULE/go.mod" | head -n 1
}

# The target of static programs: musl's if its standard library is installed or can be, otherwise the host's.
static_target() {
    local host musl
    host=$(rustc -vV | sed -n 's/^host: //p')
    musl=${host/%-gnu/-musl}
    if [ ! -d "$(rustc --print target-libdir --target "$musl")" ] && ! { have rustup && rustup target add "$musl" >&2; }; then
        say "note: no standard library for $musl: the frontend is linked with glibc, which starts slower and is larger"
        musl=$host
    fi
    printf '%s\n' "$musl"
}

# Builds the project's helper program and runs it.
xtask() {
    (cd "$ROOT" && cargo build --quiet --locked -p xtask) || die "xtask does not build"
    "$TARGET/debug/xtask" "$@"
}
