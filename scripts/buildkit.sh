#!/usr/bin/env bash
# Starts a private BuildKit: buildkitd and a registry with stand-in images, for one command; both stop with it.
#   buildkit.sh run COMMAND [ARGS]   runs the command with BUILDKIT_HOST and the rest of the environment set
#   buildkit.sh serve                prints that environment, one variable per line, then READY; stops when its input ends
#   BUILDER=VERSION        another BuildKit than the pinned one, such as v0.12.5
#   BUILDER=docker         a Docker Engine; docker-containerd: one that keeps images in containerd's store
#   BUILDER=locked-down    the pinned BuildKit, set up as docs/security.md says for a frontend in the repository e2e/frontend
# The command's environment:
#   BUILDKIT_HOST          the daemon's address (a Unix socket); of a Docker Engine DOCKER_HOST and DOCKER_CONFIG
#   FROMTIER_REGISTRY      the registry, host:port; the daemon also pulls everything of docker.io from it
#   FROMTIER_REGISTRY_DIR  the folder that it serves from (xtask store puts images there)
#   FROMTIER_RUN           a scratch folder that is removed at the end
# Several can run at the same time. Nothing else on the machine is used or changed.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

[ "$(id -u)" = 0 ] || die "a private buildkitd needs root" "run it as root, or in a user namespace that maps root"

run=
started=()
stop() {
    local pid tries
    trap - EXIT INT TERM HUP
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${started[@]}"; do
        tries=0
        while kill -0 "$pid" 2>/dev/null; do
            tries=$((tries + 1))
            [ $tries -lt 100 ] || kill -9 "$pid" 2>/dev/null || true
            sleep 0.1
        done
        wait "$pid" 2>/dev/null || true
    done
    if [ -n "$run" ]; then
        # A daemon that had to be killed leaves mounts.
        awk -v at="$run/" 'index($5, at) == 1 { print $5 }' /proc/self/mountinfo | sort -r | xargs -r -n 1 umount -l 2>/dev/null || true
        rm -rf "$run"
    fi
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Starts a command that ends when this script does, even if this script is killed.
start() { # log file, command
    local log=$1
    shift
    if have setpriv; then set -- setpriv --pdeathsig TERM "$@"; fi
    "$@" >"$log" 2>&1 </dev/null &
    started+=($!)
}

wait_for() { # what, pid, log, test
    local tries=0
    until eval "$4"; do
        tries=$((tries + 1))
        if [ $tries -gt 300 ] || ! kill -0 "$2" 2>/dev/null; then
            tail -n 20 "$3" >&2
            die "$1 does not start; its last lines are above"
        fi
        sleep 0.05
    done
}

registry_up() {
    local pid
    cp -r "$TARGET/stand-ins/data" "$run/registry"
    cat >"$run/registry.yml" <<CONFIG
version: 0.1
storage:
  filesystem:
    rootdirectory: $run/registry
http:
  addr: 127.0.0.1:0
CONFIG
    start "$run/registry.log" docker-registry serve "$run/registry.yml"
    pid=${started[-1]}
    wait_for "the registry" "$pid" "$run/registry.log" "grep -qs 'listening on' '$run/registry.log'"
    FROMTIER_REGISTRY=localhost:$(sed -n 's/.*listening on 127\.0\.0\.1:\([0-9]*\).*/\1/p' "$run/registry.log" | head -n 1)
    export FROMTIER_REGISTRY FROMTIER_REGISTRY_DIR="$run/registry" FROMTIER_RUN="$run"
}

buildkit_up() { # program [locked-down]
    local pid
    cat >"$run/buildkitd.toml" <<CONFIG
root = "$run/state"
insecure-entitlements = ["network.host", "security.insecure"]
[grpc]
  address = ["unix://$run/buildkitd.sock"]
[otel]
  socketPath = "$run/otel.sock"
[cdi]
  specDirs = ["$run/cdi"]
[worker.oci]
  enabled = true
  gc = false
  binary = "$TOOLS/bin/runc"
  networkMode = "host"
  max-parallelism = 8
[worker.containerd]
  enabled = false
[registry."docker.io"]
  mirrors = ["$FROMTIER_REGISTRY"]
[registry."$FROMTIER_REGISTRY"]
  http = true
CONFIG
    if [ "${2:-}" = locked-down ]; then
        # shellcheck disable=SC2016
        awk '/^# buildkitd.toml$/ { on = 1 } /^`+$/ { on = 0 } on' "$ROOT/docs/security.md" |
            sed "s|registry.example.com/fromtier|$FROMTIER_REGISTRY/e2e/frontend|" >>"$run/buildkitd.toml"
    fi
    mkdir -p "$run/cdi"
    cp "$ROOT/tests/images/devices.yaml" "$run/cdi/"
    TMPDIR=$run/tmp start "$run/buildkitd.log" "$1" --config "$run/buildkitd.toml"
    pid=${started[-1]}
    wait_for "buildkitd" "$pid" "$run/buildkitd.log" \
        "buildctl --addr 'unix://$run/buildkitd.sock' --timeout 2 debug workers >/dev/null 2>&1"
    export BUILDKIT_HOST="unix://$run/buildkitd.sock"
}

# With a containerd of its own: otherwise dockerd would use the machine's, if one runs.
docker_up() { # whether containerd keeps the images
    local pid
    export PATH="$TOOLS/docker:$PATH"
    cat >"$run/containerd.toml" <<CONFIG
version = 2
root = "$run/containerd"
state = "$run/containerd-state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "$run/containerd.sock"
[ttrpc]
  address = "$run/containerd.sock.ttrpc"
CONFIG
    TMPDIR=$run/tmp start "$run/containerd.log" containerd --config "$run/containerd.toml"
    pid=${started[-1]}
    wait_for "containerd" "$pid" "$run/containerd.log" "[ -S '$run/containerd.sock' ]"
    printf '{"features": {"containerd-snapshotter": %s}}\n' "$1" >"$run/daemon.json"
    TMPDIR=$run/tmp start "$run/dockerd.log" dockerd --config-file "$run/daemon.json" --containerd "$run/containerd.sock" \
        --host "unix://$run/docker.sock" --data-root "$run/docker-data" --exec-root "$run/docker-exec" --pidfile "$run/docker.pid" \
        --iptables=false --bridge=none --userland-proxy=false --registry-mirror="http://$FROMTIER_REGISTRY"
    pid=${started[-1]}
    export DOCKER_HOST="unix://$run/docker.sock" DOCKER_CONFIG="$run/docker"
    wait_for "dockerd" "$pid" "$run/dockerd.log" "docker version >/dev/null 2>&1"
}

up() {
    local builder=${BUILDER:-}
    "$ROOT/scripts/tools.sh" buildkit system
    case $builder in
    docker | docker-containerd) "$ROOT/scripts/tools.sh" docker ;;
    "$(buildkit_version)") builder='' ;;
    v*) "$ROOT/scripts/tools.sh" "buildkit@$builder" ;;
    esac
    "$ROOT/scripts/images.sh"
    # Unix sockets have short paths, so not below the project's folder.
    run=$(mktemp -d "${TMPDIR:-/tmp}/fromtier.XXXXXX")
    chmod 711 "$run"
    mkdir "$run/tmp"
    registry_up
    case $builder in
    "") buildkit_up buildkitd ;;
    locked-down) buildkit_up buildkitd locked-down ;;
    docker) docker_up false ;;
    docker-containerd) docker_up true ;;
    v*) buildkit_up "$TOOLS/buildkit-$builder/buildkitd" ;;
    *) die "no such BUILDER: $builder" ;;
    esac
}

case ${1:-} in
run)
    shift
    [ $# -gt 0 ] || die "no command to run"
    up
    "$@"
    ;;
serve)
    [ "${BUILDER:-}" != docker ] || die "serve is for BuildKit"
    up
    printf '%s\n' "PATH=$PATH" "BUILDKIT_HOST=$BUILDKIT_HOST" "FROMTIER_REGISTRY=$FROMTIER_REGISTRY" \
        "FROMTIER_REGISTRY_DIR=$FROMTIER_REGISTRY_DIR" "FROMTIER_RUN=$FROMTIER_RUN" READY
    cat >/dev/null
    ;;
*)
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
