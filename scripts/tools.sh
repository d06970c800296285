#!/usr/bin/env bash
# Gets the tools that the tests and the demo need, once, into target/tools:
#   tools.sh [PART]...     (none: buildkit system)
#
#   buildkit    buildkitd, buildctl and the reference frontend, built by Go from the module that tools/buildkit pins
#   system      runc, a registry and a static busybox: the machine's, else unpacked from Debian's or Ubuntu's packages
#   buildx      docker-buildx: the machine's, else unpacked from Debian's package; it may be missing
#   buildkit@VERSION, buildx@VERSION
#               the buildkitd or the docker-buildx of another version, built by Go from a module made for it, each in a folder of
#               its own: target/tools/buildkit-VERSION, target/tools/buildx-VERSION
#   docker      a Docker Engine, unpacked from Debian's packages: dockerd, containerd, docker and docker-buildx in target/tools/docker
#   debootstrap unpacked from Debian's package, for scripts/rust-image.sh
#   suite       BuildKit's published Dockerfile integration suite, compiled (for make conformance)
#   cargo-deny  the checker of dependencies
#   typos       the checker of spelling: its wheel has the program, else it is built
#   and shellcheck, the checker of these scripts: the machine's, else unpacked from its package
#
# Nothing is installed on the machine itself: packages are unpacked below target/tools.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
CARGO_DENY=0.18.9
TYPOS=1.52.0

mkdir -p "$TOOLS/bin"
exec 9>"$TOOLS/.lock"
flock 9 || die "another tools.sh has locked $TOOLS/.lock"

go_build() { # output, command (build or test), arguments of go
    local out=$1 verb=$2
    shift 2
    have go || die "Go is needed to build BuildKit" "install Go 1.21 or later (it fetches the exact toolchain itself)"
    (cd "$BUILDKIT_MODULE" && CGO_ENABLED=0 go "$verb" -o "$out" "$@") || die "BuildKit $version does not build"
}

buildkit() {
    local version stamp name path
    version=$(buildkit_version)
    stamp="$TOOLS/.buildkit-$version"
    [ -e "$stamp" ] && return
    say "tools: building BuildKit $version (a few minutes the first time)"
    for path in cmd/buildkitd cmd/buildctl frontend/dockerfile/cmd/dockerfile-frontend; do
        name=${path##*/}
        go_build "$TOOLS/bin/$name" build -trimpath \
            -ldflags "-s -w -X github.com/moby/buildkit/version.Version=$version" \
            -tags "netgo osusergo" "github.com/moby/buildkit/$path"
    done
    touch "$stamp"
}

# Builds a program of another version. Versions cannot share one go.mod, and no module is kept for each: Go takes exactly the
# dependencies that the version itself requires, checked against its database of checksums.
go_program() { # folder, module, version, its program's path in the module, where it has its version
    local folder="$TOOLS/$1" module=$2 version=$3 path=$4 variable=$5
    [ -e "$folder/.stamp" ] && return
    have go || die "Go is needed to build $module" "install Go 1.21 or later (it fetches the exact toolchain itself)"
    say "tools: building $module $version (a few minutes, once)"
    rm -rf "$folder"
    mkdir -p "$folder"
    (
        cd "$folder"
        export CGO_ENABLED=0 GOWORK=off
        go mod init fromtier.dev/tools/other >go.log 2>&1
        go get "$module/$path@$version" >>go.log 2>&1 || { tail -n 5 go.log >&2; exit 1; }
        go build -mod=mod -trimpath -ldflags "-s -w -X $variable=$version" -tags "netgo osusergo" -o . "$module/$path"
    ) || die "$module $version does not build" "log: $folder/go.log"
    touch "$folder/.stamp"
}

buildkit_version_of() {
    go_program "buildkit-$1" github.com/moby/buildkit "$1" cmd/buildkitd github.com/moby/buildkit/version.Version
}

buildx_version_of() {
    go_program "buildx-$1" github.com/docker/buildx "$1" cmd/buildx github.com/docker/buildx/version.Version
    ln -sfn buildx "$TOOLS/buildx-$1/docker-buildx"
}

suite() {
    local version stamp
    version=$(buildkit_version)
    stamp="$TOOLS/.suite-$version"
    [ -e "$stamp" ] && return
    say "tools: compiling BuildKit's integration suite $version"
    go_build "$TOOLS/bin/dockerfile.test" test -c -trimpath -vet=off github.com/moby/buildkit/frontend/dockerfile
    touch "$stamp"
}

# The Debian archive that this machine gets its packages from.
debian_archive() {
    local all
    # One of the two may be missing.
    all=$({ grep -rhv '^ *#' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null || true; } |
        grep -oE 'https?://[^] ]+/debian/?( |$)' || true)
    [ -n "$all" ] || return 1
    all=${all%%$'\n'*}
    printf '%s\n' "${all% }"
}

# Unpacks a package of the machine's own distribution, or of the given Debian release.
unpack() { # package [release]
    local package=$1 release=${2:-} apt="$TOOLS/apt${2:+-$2}" options=() archive
    have apt-get && have dpkg-deb || return 1
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/debs" "$TOOLS/root"
    options=(-o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root -o Acquire::Retries=3
        -o Acquire::Languages=none)
    if [ -n "$release" ]; then
        [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || return 1
        archive=$(debian_archive) || return 1
        echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive $release main" >"$apt/sources.list"
        options+=(-o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
            -o Dir::Etc::preferencesparts=/dev/null)
    fi
    if [ ! -e "$apt/.updated" ]; then
        # A third party's source may be unreachable: it only matters whether the package can be downloaded.
        apt-get "${options[@]}" -qq update >"$apt/log" 2>&1 || true
        touch "$apt/.updated"
    fi
    (cd "$apt/debs" && apt-get "${options[@]}" -qq download "$package" >>"$apt/log" 2>&1) || {
        rm -f "$apt/.updated"
        return 1
    }
    dpkg-deb -x "$apt/debs/${package}"_*.deb "$TOOLS/root"
}

# Links a tool into target/tools/bin: the machine's if it has one.
tool() { # name, package, its path in the package, [release]
    local name=$1 package=$2 path=$3 release=${4:-} found
    [ -x "$TOOLS/bin/$name" ] && return
    for found in "$name" "${path##*/}"; do
        if have "$found"; then
            ln -sfn "$(type -P "$found")" "$TOOLS/bin/$name"
            return
        fi
    done
    say "tools: unpacking $package"
    unpack "$package" "$release" || return 1
    ln -sfn "$TOOLS/root$path" "$TOOLS/bin/$name"
    [ -x "$TOOLS/bin/$name" ]
}

busybox_static() {
    [ -x "$TOOLS/bin/busybox-static" ] && return
    local found
    found=$(type -P busybox || true)
    # A dynamic busybox can't run in an image of its own.
    if [ -n "$found" ] && ! LC_ALL=C grep -qa 'ld-linux\|ld-musl' "$found"; then
        ln -sfn "$found" "$TOOLS/bin/busybox-static"
        return
    fi
    say "tools: unpacking busybox-static"
    unpack busybox-static || return 1
    for found in "$TOOLS/root/bin/busybox" "$TOOLS/root/usr/bin/busybox"; do
        if [ -x "$found" ]; then
            ln -sfn "$found" "$TOOLS/bin/busybox-static"
            return
        fi
    done
    return 1
}

system() {
    local missing=()
    tool runc runc /usr/sbin/runc || missing+=(runc)
    tool docker-registry docker-registry /usr/bin/docker-registry || missing+=(docker-registry)
    busybox_static || missing+=(busybox-static)
    [ ${#missing[@]} -eq 0 ] || die "cannot get ${missing[*]}" \
        "on Debian or Ubuntu:  apt-get install ${missing[*]}" \
        "elsewhere: put runc, the distribution registry (as docker-registry) and a static busybox on PATH"
    # The names under which BuildKit looks for them.
    ln -sfn "$TOOLS/bin/runc" "$TOOLS/bin/buildkit-runc"
    ln -sfn "$TOOLS/bin/docker-registry" "$TOOLS/bin/registry"
}

buildx() {
    [ -x "$TOOLS/bin/docker-buildx" ] && return
    local found
    for found in docker-buildx buildx /usr/libexec/docker/cli-plugins/docker-buildx \
        /usr/lib/docker/cli-plugins/docker-buildx /usr/local/lib/docker/cli-plugins/docker-buildx \
        "$HOME/.docker/cli-plugins/docker-buildx"; do
        if have "$found"; then
            ln -sfn "$(type -P "$found")" "$TOOLS/bin/docker-buildx"
            return
        fi
    done
    say "tools: unpacking docker-buildx"
    if unpack docker-buildx trixie; then
        ln -sfn "$TOOLS/root/usr/libexec/docker/cli-plugins/docker-buildx" "$TOOLS/bin/docker-buildx"
        [ -x "$TOOLS/bin/docker-buildx" ] && return
    fi
    rm -f "$TOOLS/bin/docker-buildx"
    say "tools: docker-buildx is unavailable here; buildctl is used instead"
}

# A Docker Engine in a folder of its own, so that nothing else finds it. The machine's runc serves it.
docker_engine() {
    local folder="$TOOLS/docker" package path
    [ -e "$folder/.stamp" ] && return
    say "tools: unpacking docker.io"
    for package in docker.io docker-cli docker-buildx containerd; do
        unpack "$package" trixie || die "cannot get Debian's $package" \
            "apt-get, dpkg-deb and Debian's keys are needed; on Ubuntu: apt-get install debian-archive-keyring"
    done
    mkdir -p "$folder"
    for path in sbin/dockerd bin/docker bin/containerd bin/containerd-shim-runc-v2 libexec/docker/cli-plugins/docker-buildx; do
        [ -x "$TOOLS/root/usr/$path" ] || die "Debian's packages have no $path"
        ln -sfn "$TOOLS/root/usr/$path" "$folder/${path##*/}"
    done
    "$folder/dockerd" --version >/dev/null || die "Debian's dockerd does not run here"
    touch "$folder/.stamp"
}

debootstrap() {
    [ -x "$TOOLS/root/usr/sbin/debootstrap" ] || unpack debootstrap trixie || die "cannot get debootstrap"
}

shellcheck() {
    tool shellcheck shellcheck /usr/bin/shellcheck || die "cannot get shellcheck" "on Debian or Ubuntu:  apt-get install shellcheck"
}

# Builds a program of crates.io.
cargo_program() { # crate, version, its program
    local crate=$1 version=$2 program=$3
    say "tools: building $crate $version (once)"
    CARGO_TARGET_DIR="$TOOLS/$crate-build" CARGO_PROFILE_RELEASE_LTO=false CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 cargo install --quiet --locked --version "$version" --root "$TOOLS" \
        --bin "$program" "$crate" || die "$crate does not build"
    rm -rf "$TOOLS/$crate-build"
}

cargo_deny() {
    [ -x "$TOOLS/bin/cargo-deny" ] && return
    if have cargo-deny; then
        ln -sfn "$(type -P cargo-deny)" "$TOOLS/bin/cargo-deny"
        return
    fi
    cargo_program cargo-deny "$CARGO_DENY" cargo-deny
}

typos() {
    local wheel="$TOOLS/typos-$TYPOS"
    [ "$("$TOOLS/bin/typos" --version 2>/dev/null)" = "typos-cli $TYPOS" ] && return
    rm -rf "$TOOLS/bin/typos" "$wheel"
    # Much quicker than building it, where there is a Python.
    if python3 -m pip download --quiet --no-deps --only-binary :all: --dest "$wheel" "typos==$TYPOS" >/dev/null 2>&1 &&
        python3 -m zipfile -e "$wheel"/*.whl "$wheel" &&
        install -m 755 "$wheel"/*.data/scripts/typos "$TOOLS/bin/typos"; then
        rm -rf "$wheel"
        "$TOOLS/bin/typos" --version >/dev/null 2>&1 && return
        rm -f "$TOOLS/bin/typos"
    fi
    cargo_program typos-cli "$TYPOS" typos
}

[ $# -gt 0 ] || set -- buildkit system
for part in "$@"; do
    case $part in
    buildkit | system | buildx | suite | debootstrap | typos | shellcheck) "$part" ;;
    buildkit@v*) buildkit_version_of "${part#*@}" ;;
    buildx@v*) buildx_version_of "${part#*@}" ;;
    docker) docker_engine ;;
    cargo-deny) cargo_deny ;;
    *) die "no such part: $part" ;;
    esac
done
