#!/usr/bin/env bash
# Runs BuildKit's own Dockerfile integration suite on the reference frontend's image and on this project's, and prints
# the subtests that the reference passes and this project doesn't.
#   conformance.sh [reference|fromtier|compare]...     (none: all three)
#   RUN=REGEX         only the tests whose name matches, such as RUN='TestCopy.*'
#   FRONTEND=FILE     another frontend instead of this project's: a static binary or an OCI archive
#   OUT=FOLDER        for the lists and the logs (default: target/conformance)
#   POLICY=FILE       baked into it (default: tests/conformance/policy.yaml)
# Lists go to reference.txt and fromtier.txt, logs next to them. The reference's list is reused
# as long as nothing that it depends on has changed; a run with RUN has its own lists.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || die "the suite starts buildkitd, which needs root"
"$ROOT/scripts/tools.sh" buildkit system suite
"$ROOT/scripts/images.sh"
dir=${OUT:-$TARGET/conformance}
FLOOR=510
mkdir -p "$dir"
suffix=
[ -z "${RUN:-}" ] || suffix=.part

suite() { # name, archive
    local name=$1 archive=$2 work code=0
    local log="$dir/$name$suffix.log" list="$dir/$name$suffix.txt"
    # Sockets need short paths, so this is not below the project's folder.
    work=$(mktemp -d "${TMPDIR:-/tmp}/fromtier-suite.XXXXXX")
    mkdir -p "$work/mirror" "$work/tmp"
    cp -r "$TARGET/stand-ins/data" "$work/mirror/data"
    say "conformance: $name: BuildKit's suite runs (about four minutes on two cores)"
    (
        cd "$work"
        export TMPDIR="$work/tmp" BUILDKIT_REGISTRY_MIRROR_DIR="$work/mirror" HOME="$work"
        export FRONTEND_GATEWAY_ONLY="local:$archive"
        # git must not read anybody's settings.
        export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
        exec dockerfile.test -test.v -test.count=1 -test.timeout 40m \
            -test.run "TestIntegration/(${RUN:-.*})/worker=oci\$"
    ) >"$log" 2>&1 </dev/null || code=$?
    awk -v at="$work/" 'index($5, at) == 1 { print $5 }' /proc/self/mountinfo | sort -r | xargs -r -n 1 umount -l 2>/dev/null || true
    rm -rf "$work"
    sed -n 's/^ *--- \(PASS\|FAIL\|SKIP\): TestIntegration\/\([^ ]*\) (.*/\1 \2/p' "$log" | LC_ALL=C sort -k 2 >"$list.new"
    if ! grep -q '^\(PASS\|FAIL\|ok\)$' "$log" || ! [ -s "$list.new" ]; then
        tail -n 30 "$log" >&2
        die "$name: the suite did not run to its end (exit $code)" "log: $log"
    fi
    mv "$list.new" "$list"
    say "conformance: $name: $(count PASS "$list") passed, $(count FAIL "$list") failed, $(count SKIP "$list") skipped"
}

count() { grep -c "^$1 " "$2" || true; }

# Only the leaves count: a test with subtests passes when they pass.
reference() {
    local print archive="$dir/reference.oci.tar"
    print=$(find "$TARGET/stand-ins/data" -path '*_manifests*' -name link | LC_ALL=C sort | xargs cat | sha256sum
        ls "$TOOLS"/.suite-*)
    if [ -z "$suffix" ] && [ "$(cat "$dir/reference.print" 2>/dev/null)" = "$print" ] && [ -s "$dir/reference.txt" ]; then
        return
    fi
    FRONTEND=reference POLICY='' LOCK='' "$ROOT/scripts/frontend-image.sh" "$archive" >/dev/null
    suite reference "$archive"
    [ -n "$suffix" ] || printf '%s\n' "$print" >"$dir/reference.print"
}

fromtier() {
    local archive="$dir/fromtier.oci.tar"
    POLICY=${POLICY-$ROOT/tests/conformance/policy.yaml} "$ROOT/scripts/frontend-image.sh" "$archive" >/dev/null
    suite fromtier "$archive"
}

passes() { grep '^PASS ' "$1" | cut -d ' ' -f 2- | LC_ALL=C sort; }

compare() {
    local ours="$dir/fromtier$suffix.txt" theirs="$dir/reference$suffix.txt" missing="$dir/missing$suffix.txt" of lost
    passes "$theirs" >"$dir/.theirs"
    passes "$ours" >"$dir/.ours"
    of=$(wc -l <"$dir/.theirs")
    # So that broken tools can't make "all of nothing" look like success.
    [ -n "$suffix" ] || [ "$of" -ge $FLOOR ] || die "the reference passes only $of subtests, at least $FLOOR are known" \
        "its log: $dir/reference.log"
    LC_ALL=C comm -23 "$dir/.theirs" "$dir/.ours" >"$missing"
    lost=$(wc -l <"$missing")
    if [ "$lost" -gt 0 ] && [ "$lost" -le 20 ] && [ -z "${RUN:-}" ]; then
        again "$missing"
        lost=$(wc -l <"$missing")
    fi
    echo "conformance: $((of - lost)) of $of subtests that the reference passes"
    if [ "$lost" -gt 0 ]; then
        echo "missing ($missing):"
        sed 's/^/  /' "$missing"
        return 1
    fi
}

# Hundreds of daemons start and stop, and on a busy machine one is late now and then: the few tests that failed get a second
# try, alone. Those that only pass then are listed.
again() { # the list; those that pass are taken out
    local missing=$1 tests
    tests=$(cut -d / -f 1 "$missing" | sort -u | paste -s -d '|')
    say "conformance: a second try for $(wc -l <"$missing") subtests"
    suffix=.again RUN="($tests)"
    suite fromtier "$dir/fromtier.oci.tar"
    passes "$dir/fromtier.again.txt" >"$dir/.again"
    LC_ALL=C comm -12 "$missing" "$dir/.again" | sed 's/^/  passed on the second try: /' >&2
    LC_ALL=C comm -23 "$missing" "$dir/.again" >"$missing.left"
    mv "$missing.left" "$missing"
    suffix='' RUN=''
}

[ $# -gt 0 ] || set -- reference fromtier compare
for part in "$@"; do
    case $part in
    reference | fromtier | compare) "$part" ;;
    *) die "no such part: $part" ;;
    esac
done
