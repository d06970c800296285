#!/usr/bin/env bash
# Prints what this frontend answers differently from another version of BuildKit than the pinned one: upstream.sh VERSION
#   CASES=N           the number of generated cases (default: 2000)
#   SUITE=no          leave out BuildKit's integration suite, which takes about nine minutes
# Nothing of the project changes: the version's module is in target/upstream/VERSION with all logs, and its programs are in
# target/tools/upstream-VERSION. Exits with 1 if anything differs.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
version=${1:-}
case $version in
v*) ;;
*) die "no version of BuildKit" "such as:  make upstream VERSION=$(buildkit_version)" ;;
esac
have go || die "Go is needed to build BuildKit" "install Go 1.21 or later (it fetches the exact toolchain itself)"
pinned=$(buildkit_version)
# What the reference frontend consists of: its instructions, its conversion, its options, and the graph that it makes.
PARTS=(frontend/dockerfile frontend/dockerui frontend/subrequests frontend/gateway/pb frontend/gateway/client client/llb solver/pb
    sourcepolicy util/gitutil util/system)

out="$TARGET/upstream/$version"
module="$out/module"
mkdir -p "$module"
cp "$ROOT/tools/buildkit/go.mod" "$ROOT/tools/buildkit/go.sum" "$module/"
say "upstream: resolving BuildKit $version"
(cd "$module" && go get "github.com/moby/buildkit@$version" && go mod tidy) >"$out/go.log" 2>&1 ||
    die "BuildKit $version can't be resolved" "log: $out/go.log"
source_of() { go mod download -json "github.com/moby/buildkit@$1" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p'; }
old=$(cd "$module" && source_of "$pinned") new=$(cd "$module" && source_of "$version")

export FROMTIER_TOOLS="$TOOLS/upstream-$version" FROMTIER_BUILDKIT_MODULE="$module"
"$ROOT/scripts/tools.sh" buildkit
(cd "$ROOT" && cargo build --quiet --locked -p fromtier-frontend -p fromtier-differential)
export FROMTIER_REFERENCE="$FROMTIER_TOOLS/bin/dockerfile-frontend" FROMTIER_FRONTEND="$TARGET/debug/fromtier-frontend"
differs=0

echo "== source: $pinned to $version (read: diff -u $old/FILE $new/FILE)"
for part in "${PARTS[@]}"; do
    # diff exits with 1 if there are differences.
    (cd "$old" && { diff -ruN --exclude="*_test.go" --exclude=testdata --exclude="*.md" "$part" "$new/$part" || [ $? -eq 1 ]; })
done >"$out/source.diff"
awk '/^diff / { file = $NF; next } /^(---|\+\+\+) / { next } /^\+/ { added[file]++ } /^-/ { removed[file]++ }
    { if (file) seen[file] } END { for (file in seen) printf "  +%-4d -%-4d %s\n", added[file], removed[file], file }' \
    "$out/source.diff" | sed "s|$new/||" | LC_ALL=C sort -k 3

for run in corpus generated; do
    arguments=()
    [ $run = corpus ] || arguments=(--generate "${CASES:-2000}" --seed 1)
    echo "== $run"
    "$TARGET/debug/fromtier-differential" "${arguments[@]}" >"$out/$run.log" 2>&1 || differs=1
    # The cases that differ, without the details, and the last line.
    grep '^[^ ]*/[^ ]*$' "$out/$run.log" | sed 's/^/  /' || true
    tail -n 1 "$out/$run.log"
done

if [ "${SUITE:-}" != no ]; then
    echo "== suite"
    OUT="$out/suite" "$ROOT/scripts/conformance.sh" >"$out/suite.log" 2>&1 || differs=1
    sed -n '/^conformance: [0-9]* of/,$p' "$out/suite.log"
    known="$TARGET/conformance/reference.txt"
    if [ -s "$known" ]; then
        echo "tests that $pinned doesn't have:"
        LC_ALL=C comm -13 <(cut -d ' ' -f 2 "$known" | LC_ALL=C sort) <(cut -d ' ' -f 2 "$out/suite/reference.txt" | LC_ALL=C sort) |
            sed 's/^/  /'
    fi
fi
echo "upstream: $version, logs: $out"
[ $differs -eq 0 ]
