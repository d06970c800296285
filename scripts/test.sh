#!/usr/bin/env bash
# Runs the tests and prints a summary: test.sh [units] [differential] [e2e] [builders] [conformance]     (none: all)
# All parts run even if one fails; the summary at the end shows each part's result, and where the logs are.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
[ $# -gt 0 ] || set -- units differential e2e builders conformance

# A text that differs from its snapshot fails, and nothing is written beside it.
units() { INSTA_UPDATE=no cargo test --locked --workspace; }
differential() {
    scripts/tools.sh buildkit
    cargo build --locked -p fromtier-frontend
    cargo build --locked -p fromtier-differential
    export FROMTIER_REFERENCE="$TOOLS/bin/dockerfile-frontend" FROMTIER_FRONTEND="$TARGET/debug/fromtier-frontend"
    local harness="$TARGET/debug/fromtier-differential" code=0
    "$harness" --self-test || code=1
    "$harness" || code=1
    "$harness" --generate "${CASES:-300}" --seed 1 || code=1
    return $code
}
e2e() { scripts/e2e.sh; }
builders() { scripts/builders.sh short; }
conformance() { scripts/conformance.sh; }

if [ "$1" = --only ]; then
    "$2"
    exit
fi

logs="$TARGET/test-logs"
mkdir -p "$logs"
passed=0 failed=0 lines=()
for part in "$@"; do
    case $part in units | differential | e2e | builders | conformance) ;; *) die "no such part: $part" ;; esac
    say "== $part"
    begun=$SECONDS code=0
    # In its own process: as part of a condition here, failures in it would be ignored.
    "$0" --only "$part" 2>&1 | tee "$logs/$part.log" || code=$?
    case $part in
    units | e2e)
        got=$(awk '/^test result:/ { p += $4; f += $6 } END { print p " passed, " f " failed" }' "$logs/$part.log")
        ;;
    differential)
        got=$(grep -o '^[0-9]* of [0-9]* [a-z ]*cases are the same\|^all [0-9]* planted .* found' "$logs/$part.log" |
            paste -sd ',' || true)
        ;;
    *) got=$(grep -v '^ ' "$logs/$part.log" | grep '[0-9] of [0-9]\|passed\|agree\|cases' | tail -n 1 || true) ;;
    esac
    if [ $code -eq 0 ]; then
        passed=$((passed + 1))
        mark=ok
    else
        failed=$((failed + 1))
        mark=FAILED
    fi
    lines+=("$(printf '%-13s %-7s %4ds  %s' "$part" "$mark" $((SECONDS - begun)) "$got")")
done
say
say "== summary (logs: $logs)"
printf '%s\n' "${lines[@]}"
echo "parts: $passed passed, $failed failed"
[ $failed -eq 0 ]
