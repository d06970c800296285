#!/usr/bin/env bash
# Tries the frontend's image on each supported builder with the tests in tests/e2e/tests/builders, and prints a table:
#   builders.sh            all builders, all tests (about ten minutes, after the tools)
#   builders.sh short      the oldest BuildKit, the Docker Engine and a locked-down builder: first builds and refusals
#   builders.sh BUILDER…   only these: v0.12.5, docker, docker-containerd, locked-down, …
#   TEST=NAME              only the tests whose name has this
# The table of supported builders in README.md must be the one that this script tries.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
PINNED=$(buildkit_version)
OLDEST=v0.12.5
# "debian" is the buildx of Debian 13.
BUILDX=v0.36.1
# What BUILDER is in scripts/buildkit.sh, and the buildx that asks it.
MATRIX=("$OLDEST debian" "$OLDEST $BUILDX" "v0.17.3 $BUILDX" "v0.23.2 $BUILDX" "$PINNED $BUILDX" "docker debian" "docker $BUILDX"
    "docker-containerd $BUILDX" "locked-down debian" "locked-down $BUILDX")
SHORT=("$OLDEST debian" "docker debian" "locked-down debian")

# The second part, on one builder, inside scripts/buildkit.sh.
on_builder() { # builder, folder of docker-buildx, arguments of the tests
    local builder=$1 buildx=$2
    shift 2
    export DOCKER_CONFIG="$FROMTIER_RUN/docker" BUILDX_CONFIG="$FROMTIER_RUN/buildx" PATH="$TOOLS/docker:$PATH"
    export BUILDX_NO_DEFAULT_ATTESTATIONS=1 BUILDX_GIT_INFO=false
    mkdir -p "$DOCKER_CONFIG/cli-plugins"
    ln -s "$buildx/docker-buildx" "$DOCKER_CONFIG/cli-plugins/docker-buildx"
    docker buildx version
    case $builder in
    docker*) docker version ;;
    *)
        docker buildx create --name fromtier --driver remote "$BUILDKIT_HOST" >/dev/null
        docker buildx inspect fromtier
        ;;
    esac
    cd "$ROOT"
    FROMTIER_BUILDER=$builder cargo test --locked -p fromtier-e2e --features real --test builders -- "$@"
}

name_of() { # builder
    local engine
    engine="Docker Engine $("$TOOLS/docker/dockerd" --version | sed 's/^Docker version \([0-9.]*\).*/\1/')"
    case $1 in
    docker) echo "$engine" ;;
    docker-containerd) echo "$engine with containerd's image store" ;;
    locked-down) echo "BuildKit $PINNED locked down" ;;
    *) echo "BuildKit $1" ;;
    esac
}

folder_of() { # buildx
    if [ "$1" = debian ]; then echo "$TOOLS/docker"; else echo "$TOOLS/buildx-$1"; fi
}

buildx_of() { # buildx
    if [ "$1" = debian ]; then "$TOOLS/docker/docker-buildx" version | sed 's/^[^ ]* v\{0,1\}\([0-9.]*\).*/v\1/'; else echo "$1"; fi
}

# README's table as it must be, from the matrix.
supported() {
    local row last='' name
    for row in "${MATRIX[@]}"; do
        name=$(name_of "${row% *}")
        if [ "$name" = "$last" ]; then printf ', %s' "$(buildx_of "${row#* }")"; continue; fi
        [ -z "$last" ] || printf ' |\n'
        printf '| %s | %s' "$name" "$(buildx_of "${row#* }")"
        last=$name
    done
    printf ' |\n'
}

if [ "${FROMTIER_BUILDERS:-}" = inside ]; then
    on_builder "$@"
    exit
fi

[ "$(id -u)" = 0 ] || die "private builders need root"
rows=() arguments=()
case ${1:-} in
"") rows=("${MATRIX[@]}") ;;
short) rows=("${SHORT[@]}") arguments=(first_build refusal) ;;
*)
    for wanted in "$@"; do
        for row in "${MATRIX[@]}"; do [ "${row% *}" != "$wanted" ] || rows+=("$row"); done
    done
    [ ${#rows[@]} -gt 0 ] || die "no such builder: $*" "the builders: $(printf '%s\n' "${MATRIX[@]% *}" | uniq | paste -s -d ' ')"
    ;;
esac
[ -z "${TEST:-}" ] || arguments=("$TEST")

parts=(buildkit system docker)
for row in "${rows[@]}"; do
    case ${row% *} in v*) [ "${row% *}" = "$PINNED" ] || parts+=("buildkit@${row% *}") ;; esac
    case ${row#* } in v*) parts+=("buildx@${row#* }") ;; esac
done
"$ROOT/scripts/tools.sh" "${parts[@]}"
if ! diff <(sed -n '/^| builder |/,/^$/p' "$ROOT/README.md" | sed '1,2d;/^$/d') <(supported); then
    die "README.md lists other builders than scripts/builders.sh tries (marked >)"
fi

out="$TARGET/builders"
mkdir -p "$out"
(cd "$ROOT" && cargo build --quiet --locked -p fromtier && cargo test --quiet --locked -p fromtier-e2e --features real --no-run)
FRONTEND=reference POLICY='' LOCK='' "$ROOT/scripts/frontend-image.sh" "$out/reference.oci.tar" >/dev/null
POLICY="$ROOT/tests/conformance/policy.yaml" LOCK='' "$ROOT/scripts/frontend-image.sh" "$out/fromtier.oci.tar" >/dev/null
FROMTIER_BINARY=$("$ROOT/scripts/frontend-image.sh" --binary)
export FROMTIER_BINARY FROMTIER_CLI="$TARGET/debug/fromtier" FROMTIER_BUILDERS=inside
export REFERENCE_IMAGE="$out/reference.oci.tar" FROMTIER_IMAGE="$out/fromtier.oci.tar"

# A group of tests is a module of theirs: ok if all of it passed, "-" if it isn't for this builder.
groups=$(cd "$ROOT/tests/e2e/tests/builders" && sed -n 's/^mod \(.*\);/\1/p' main.rs)
format=$(printf '%%-50s %%-8s'; for group in $groups; do printf ' %%-%ds' $((${#group} < 6 ? 6 : ${#group})); done)
# shellcheck disable=SC2059,SC2086
table=$(printf "$format" builder buildx $groups) failed=0 passed=0
for row in "${rows[@]}"; do
    builder=${row% *} buildx=$(buildx_of "${row#* }") code=0 only=(--skip locked_down "${arguments[@]}")
    log="$out/$builder-${row#* }.log"
    [ "$builder" != locked-down ] || only=(locked_down)
    say "builders: $(name_of "$builder"), buildx $buildx"
    BUILDER=$builder "$ROOT/scripts/buildkit.sh" run "$0" "$builder" "$(folder_of "${row#* }")" "${only[@]}" >"$log" 2>&1 || code=$?
    cells=()
    for group in $groups; do
        ok=$(grep -c "^test $group::.* ok$" "$log" || true) bad=$(grep -c "^test $group::.* FAILED$" "$log" || true)
        passed=$((passed + ok))
        if [ "$bad" -gt 0 ]; then cells+=(FAILED); elif [ "$ok" -gt 0 ]; then cells+=(ok); else cells+=(-); fi
    done
    if [ $code -ne 0 ] || ! grep -q '^test result: ok\. [1-9]' "$log"; then
        failed=$((failed + 1))
        tail -n 60 "$log" >&2
        say "log: $log"
    fi
    # shellcheck disable=SC2059
    table+=$'\n'$(printf "$format" "$(name_of "$builder")" "$buildx" "${cells[@]}")
done
printf '%s\n' "$table"
echo "builders: $((${#rows[@]} - failed)) of ${#rows[@]} builders passed, $passed tests"
[ $failed -eq 0 ]
