#!/usr/bin/env bash
# Checks what a reader would object to: format, lints, documentation, layout, spelling, scripts, dependencies.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
say "check: format"
cargo fmt --all -- --check
cargo fmt --manifest-path tests/peers/Cargo.toml -- --check
cargo fmt --manifest-path tests/fuzz/Cargo.toml -- --check
say "check: lints"
cargo clippy --quiet --locked --workspace --all-targets --all-features -- -D warnings
cargo clippy --quiet --locked --manifest-path tests/peers/Cargo.toml --target-dir "$TARGET/peers" -- -D warnings
cargo clippy --quiet --locked --manifest-path tests/fuzz/Cargo.toml --target-dir "$TARGET/fuzz" -- -D warnings
say "check: documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --quiet --locked --workspace --no-deps --document-private-items
say "check: layout"
xtask layout --root "$ROOT"
"$ROOT/scripts/tools.sh" shellcheck cargo-deny typos
say "check: spelling"
typos
say "check: scripts"
shellcheck -x scripts/*.sh .ci/run
say "check: dependencies"
# For every platform, not only this one: the list has everything that could be built.
cargo fetch --quiet --locked
# Advisories need a database from outside; licenses, sources and bans don't.
cargo-deny --offline --log-level error check licenses bans sources
say "check: clean"
