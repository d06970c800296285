#!/usr/bin/env bash
# Measures this frontend and the reference alternately; the figures go to target/bench:
#   bench.sh [double] [slow] [check] [image] [buildkit] [gate]     (none: all)
#
#   double    time, memory and round trips on the double of BuildKit (report.json)
#   slow      the same for builds that are slow on purpose (slow.json)
#   check     `fromtier check` on many files and on policies that are slow on purpose (check.json)
#   image     size of the binary and of the image's compressed layer
#   buildkit  a fully cached build of two stages on a private BuildKit (buildkit.json)
#   gate      one decision with 10 and with 10,000 rules (criterion; no frontend takes part)
#
#   RUNS=20   how often on the double; a real BuildKit gets five more
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
out="$TARGET/bench"
runs=${RUNS:-20}
mkdir -p "$out"

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int(NR / 2) + 1] }'; }

sizes() {
    local name archive layer
    printf '\n%-12s %14s %22s\n' image 'binary, bytes' 'layer compressed, bytes'
    for name in ours reference; do
        archive="$out/$name.oci.tar"
        # Only the layers are large.
        rm -rf "${out:?}/$name"
        mkdir "$out/$name"
        tar -xf "$archive" -C "$out/$name"
        layer=$(find "$out/$name/blobs" -type f -printf '%s %p\n' | sort -rn | sed -n '1s/^[0-9]* //p')
        printf '%-12s %14s %22s\n' "$name" "$(stat -L -c %s "${!name}")" \
            "$(if gzip -t "$layer" 2>/dev/null; then gzip -dc "$layer"; else cat "$layer"; fi | gzip -9 | wc -c)"
    done
}

# Runs one build and prints its time in microseconds; its output is kept in a log.
build() { # frontend's name
    local name=$1 begin end
    set -- --frontend gateway.v0 --opt "source=$FROMTIER_REGISTRY/fromtier/bench:$name"
    [ "$name" != builtin ] || set -- --frontend dockerfile.v0
    begin=${EPOCHREALTIME/[.,]/}
    if buildctl build --progress=plain "$@" --local "context=$out/context" --local "dockerfile=$out/context" \
        >"$out/$name.log" 2>&1; then
        [ "$name" != floor ] || die "a frontend that does nothing cannot build"
    else
        [ "$name" = floor ] || { tail -n 20 "$out/$name.log" >&2; die "the build with $name fails; its last lines are above"; }
    fi
    end=${EPOCHREALTIME/[.,]/}
    echo $((end - begin))
}

cached() {
    local name turn floor
    local -A took
    for name in ours reference floor; do
        xtask store --archive "$out/$name.oci.tar" --registry "$FROMTIER_REGISTRY_DIR" --name "fromtier/bench:$name"
    done
    mkdir -p "$out/context"
    printf 'a\n' >"$out/context/a"
    printf '%s\n' 'FROM alpine:3.22 AS build' 'COPY a /a' 'RUN cat /a > /b' 'FROM alpine:3.22' 'COPY --from=build /b /b' \
        'RUN cat /b' >"$out/context/Dockerfile"
    cp "$ROOT/tests/corpus/allow-all.yaml" "$out/context/.fromtier.yaml"
    for name in builtin reference ours floor; do
        build "$name" >/dev/null
        build "$name" >/dev/null
        : >"$out/$name.times"
    done
    for ((turn = 0; turn < runs + 5; turn++)); do
        for name in builtin reference ours floor; do build "$name" >>"$out/$name.times"; done
    done
    for name in builtin reference ours floor; do took[$name]=$(median <"$out/$name.times"); done
    floor=${took[floor]}
    printf '\n%-12s %12s %18s %10s\n' 'cached build' 'ms' 'above floor, ms' 'ratio'
    for name in builtin reference ours floor; do
        awk -v n="$name" -v t="${took[$name]}" -v f="$floor" -v r="${took[reference]}" \
            'BEGIN { printf "%-12s %12.1f %18.1f %10.3f\n", n, t / 1000, (t - f) / 1000, (t - f) / (r - f) }'
    done
    printf '{"runs":%d,"microseconds":{"builtin":%d,"reference":%d,"ours":%d,"floor":%d}}\n' $((runs + 5)) \
        "${took[builtin]}" "${took[reference]}" "${took[ours]}" "$floor" >"$out/buildkit.json"
}

if [ "${FROMTIER_BENCH:-}" = inside ]; then
    cached
    exit
fi
[ $# -gt 0 ] || set -- double slow check image buildkit gate
ours=${FRONTEND:-$("$ROOT/scripts/frontend-image.sh" --binary)}
reference=$(FRONTEND=reference "$ROOT/scripts/frontend-image.sh" --binary)
floor="$out/floor"
rustc --edition 2024 -O -C target-feature=+crt-static -C strip=symbols -C panic=abort \
    --target "$(static_target)" -o "$floor" "$ROOT/tests/bench/src/bin/floor.rs"
for name in ours reference floor; do FRONTEND=${!name} "$ROOT/scripts/frontend-image.sh" "$out/$name.oci.tar" >/dev/null; done
(cd "$ROOT" && cargo build --quiet --locked --release -p fromtier-bench --bin fromtier-bench)
bench="$TARGET/release/fromtier-bench"
for part; do
    case $part in
    double) "$bench" builds "$ours" "$reference" "$out/report.json" "$runs" ;;
    slow) "$bench" slow "$ours" "$reference" "$out/slow.json" "$runs" ;;
    check)
        (cd "$ROOT" && cargo build --quiet --locked --release -p fromtier)
        "$bench" check "$TARGET/release/fromtier" "$out/check.json" "$runs"
        ;;
    image) sizes ;;
    gate) (cd "$ROOT" && cargo bench --quiet --locked -p fromtier-policy --bench gate) ;;
    buildkit) FROMTIER_BENCH=inside "$ROOT/scripts/buildkit.sh" run "$0" ;;
    *) die "no part is named $part" ;;
    esac
done
