#!/usr/bin/env bash
# Runs the fuzz targets of tests/fuzz, one after the other:
#   fuzz.sh SECONDS [TARGET]...     (none: all; SECONDS for each)
#
# The inputs that were found stay in target/fuzz/corpus/TARGET, and the next run starts with them. An input that fails is
# in target/fuzz/artifacts/TARGET; to try it again: target/fuzz/x86_64-unknown-linux-gnu/release/TARGET FILE.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
[ $# -ge 1 ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2; }
seconds=$1
shift
cd "$ROOT"
place="$TARGET/fuzz"
triple=$(rustc -vV | sed -n 's/^host: //p')
mapfile -t targets < <(sed -n 's/^name = "\(.*\)"$/\1/p' tests/fuzz/Cargo.toml | tail -n +2)
[ $# -eq 0 ] || targets=("$@")

# What `cargo fuzz build --sanitizer none` does. The code is instrumented for coverage, which stable Rust can do. A
# sanitizer needs nightly, and looks for mistakes that code without `unsafe` doesn't have.
say "fuzz: building"
RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares" \
    cargo build --quiet --locked --release --manifest-path tests/fuzz/Cargo.toml --target "$triple" --target-dir "$place"

# The sections of the corpus whose title begins with a word, one file each, in a folder.
sections() { # folder, word
    awk -v folder="$1" -v word="$2" '
        FNR == 1 { close(out); out = "" }
        /^-- .* --$/ { close(out); out = index($0, "-- " word) == 1 ? folder "/corpus-" ++n : ""; next }
        out != "" { print > out }' tests/corpus/*/*.case
}

seeds() { # target, folder
    local file
    case $1 in
    dockerfile | sources | words) sections "$2" Dockerfile ;;
    ignore) sections "$2" .dockerignore ;;
    image_config | json) sections "$2" image ;;
    policy | lock)
        git ls-files '*.yaml' '*.lock' | grep -v Cargo.lock | while read -r file; do
            cp "$file" "$2/${file//\//-}"
        done
        ;;
    reference | platform | source_urls)
        grep -rhoE --include='*.case' '[a-z0-9./:@+-]{4,}' tests/corpus | sort -u | split -l 1 -a 4 - "$2/word-"
        ;;
    esac
}

failed=()
for target in "${targets[@]}"; do
    binary="$place/$triple/release/$target"
    [ -x "$binary" ] || die "no target is named $target"
    seeds="$place/seeds/$target"
    rm -rf "$seeds"
    mkdir -p "$seeds" "$place/corpus/$target" "$place/artifacts/$target"
    seeds "$target" "$seeds"
    log="$place/$target.log"
    if "$binary" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$place/artifacts/$target/" "$place/corpus/$target" "$seeds" >"$log" 2>&1; then
        awk -v target="$target" '
            /^stat::number_of_executed_units/ { runs = $2 }
            / cov: / { for (i = 1; i < NF; i++) { if ($i == "cov:") cov = $(i + 1); if ($i == "corp:") corpus = $(i + 1) } }
            END { printf "%-14s %10d runs, %6d edges, corpus %s\n", target, runs, cov, corpus }' "$log"
    else
        failed+=("$target")
        say "$target fails; the last lines of $log:"
        tail -n 20 "$log" >&2
    fi
done
[ ${#failed[@]} -eq 0 ] || die "failed: ${failed[*]}"
