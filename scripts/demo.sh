#!/usr/bin/env bash
# Shows the story with real builds: a community image is refused, a policy rewrites the image of the same Dockerfile, and the
# corrected Dockerfile is built and its image run. Starts a private BuildKit and stops it at the end.
#   FRONTEND=FILE   another frontend instead of this project's: a static binary or an OCI archive
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

if [ "${FROMTIER_DEMO:-}" != inside ]; then
    if [ "$(id -u)" != 0 ] || ! have go || ! have cargo; then
        exec "$ROOT/scripts/demo-docker.sh"
    fi
    "$ROOT/scripts/tools.sh" buildkit system buildx
    export FROMTIER_DEMO=inside
    exec "$ROOT/scripts/buildkit.sh" run "$0"
fi

story="$ROOT/examples/story"
work="$FROMTIER_RUN"
# Nothing of the machine's own builders or log-ins is read or changed.
export DOCKER_CONFIG="$work/docker" BUILDX_CONFIG="$work/buildx"
export BUILDX_NO_DEFAULT_ATTESTATIONS=1 BUILDX_GIT_INFO=false
mkdir -p "$DOCKER_CONFIG"

bold='' plain=''
if [ -t 1 ]; then bold=$'\e[1m' plain=$'\e[0m'; fi
title() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
note() { printf '   %s\n' "$*"; }
shown() { printf '\n$ %s\n' "$*"; }

# Packs the frontend, with a policy or without, and puts it into the private registry.
frontend() { # tag, policy
    POLICY=${2:-} LOCK='' "$ROOT/scripts/frontend-image.sh" "$work/$1.oci.tar" >/dev/null
    xtask store --archive "$work/$1.oci.tar" --registry "$FROMTIER_REGISTRY_DIR" --name "fromtier/frontend:$1"
}

if [ -x "$TOOLS/bin/docker-buildx" ]; then
    if have docker; then
        mkdir -p "$DOCKER_CONFIG/cli-plugins"
        ln -s "$TOOLS/bin/docker-buildx" "$DOCKER_CONFIG/cli-plugins/docker-buildx"
        buildx=(docker buildx)
    else
        buildx=(docker-buildx)
    fi
    nowhere=(--output type=cacheonly)
    "${buildx[@]}" create --name fromtier --driver remote "$BUILDKIT_HOST" >/dev/null
    build() { # frontend's tag, Dockerfile, more options
        local tag=$1 file=$2
        shift 2
        shown "docker buildx build -f $file --build-arg BUILDKIT_SYNTAX=$FROMTIER_REGISTRY/fromtier/frontend:$tag ."
        (cd "$story" && "${buildx[@]}" build --builder fromtier --progress=plain -f "$file" \
            --build-arg "BUILDKIT_SYNTAX=$FROMTIER_REGISTRY/fromtier/frontend:$tag" "$@" .) 2>&1
    }
else
    nowhere=()
    note "docker buildx is unavailable here; BuildKit's own client, buildctl, is used instead."
    build() {
        local tag=$1 file=$2
        shift 2
        shown "buildctl build --frontend gateway.v0 --opt source=$FROMTIER_REGISTRY/fromtier/frontend:$tag --opt filename=$file …"
        buildctl build --progress=plain --frontend gateway.v0 --opt "source=$FROMTIER_REGISTRY/fromtier/frontend:$tag" \
            --opt "filename=$file" --local "context=$story" --local "dockerfile=$story" "$@" 2>&1
    }
fi

# Prints the steps of a build from its log, without BuildKit's bookkeeping.
steps() {
    sed -n -e '/^#[0-9]* \[[^]]*[0-9]\/[0-9]\] /p' -e '/^#[0-9]* [0-9.]* /p' \
        -e '/warning/p'
}
frontend plain
title "1. A community image is refused, before anything is pulled"
if build plain Dockerfile.before "${nowhere[@]}" >"$work/refused.log"; then
    cat "$work/refused.log"
    die "the build was meant to be refused and was not"
fi
head -n 2 "$work/refused.log"
awk 'show || /^Dockerfile/ { show = 1; print }' "$work/refused.log"

title "2. The same Dockerfile under a policy that rewrites that image"
sed -n '/^rewrite:/,$s/^/   /p' "$story/policy-rewrite.yaml"
frontend rewrite "$story/policy-rewrite.yaml"
build rewrite Dockerfile.before "${nowhere[@]}" >"$work/rewritten.log" || { cat "$work/rewritten.log"; die "the rewritten build failed"; }
head -n 2 "$work/rewritten.log"
steps <"$work/rewritten.log"

title "3. The corrected Dockerfile"
sed 's/^/   /' "$story/Dockerfile"
build plain Dockerfile --output "type=oci,dest=$work/image.oci.tar" >"$work/built.log" ||
    { cat "$work/built.log"; die "the build failed"; }
head -n 2 "$work/built.log"
steps <"$work/built.log"
base=$(grep -o 'docker.io/library/node:22-alpine@sha256:[0-9a-f]*' "$work/built.log" | head -n 1)
[ -n "$base" ] || die "the base was not pinned to a digest"
note
note "its base: $base"

title "4. The image runs"
xtask bundle --archive "$work/image.oci.tar" --out "$work/bundle"
shown "runc run story"
runc --root "$work/runc" run --bundle "$work/bundle" "story-$$" </dev/null

title "Done: one build refused, one rewritten, one built and run."
