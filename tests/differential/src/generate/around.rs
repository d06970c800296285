//! Generates what is around a Dockerfile: the client's options, missing capabilities, the images of the registry.

use super::{Dice, instruction};

/// Options of the client that don't depend on the names in the Dockerfile.
const OPTIONS: &[&str] = &[
    "add-hosts=a=1.2.3.4,b=::1",
    "attest:provenance=mode=max",
    "attest:sbom=",
    "attest:sbom=generator=alpine",
    "build-arg:BUILDKIT_CACHE_MOUNT_NS=ns",
    "build-arg:BUILDKIT_CONTEXT_KEEP_GIT_DIR=1",
    "build-arg:BUILDKIT_DOCKERFILE_CHECK=error=true",
    "build-arg:BUILDKIT_DOCKERFILE_CHECK=experimental=all",
    "build-arg:BUILDKIT_DOCKERFILE_CHECK=skip=all",
    "build-arg:BUILDKIT_INLINE_CACHE=1",
    "build-arg:BUILDKIT_MULTI_PLATFORM=1",
    "build-arg:BUILDKIT_SANDBOX_HOSTNAME=box",
    "build-arg:BUILDKIT_SBOM_SCAN_CONTEXT=true",
    "build-arg:BUILDKIT_SBOM_SCAN_STAGE=true",
    "build-arg:BUILDPLATFORM=linux/arm64",
    "build-arg:HTTP_PROXY=http://proxy:1",
    "build-arg:PATH=/given",
    "build-arg:SOURCE_DATE_EPOCH=0",
    "build-arg:SOURCE_DATE_EPOCH=context",
    "build-arg:TARGETARCH=other",
    "build-arg:no_proxy=localhost",
    "cache-imports=[{\"Type\":\"registry\",\"Attrs\":{\"ref\":\"registry.example.com/a\"}}]",
    "cgroup-parent=group",
    "context:alpine=docker-image://debian:bookworm",
    "context:busybox=local:ctx",
    "context:busybox::linux/arm64=docker-image://alpine:3.22",
    "context:nginx:1.27=docker-image://busybox",
    "context:postgres=local:ctx",
    "cpu-shares=5",
    "force-network-mode=host",
    "force-network-mode=none",
    "hostname=h",
    "image-resolve-mode=local",
    "image-resolve-mode=pull",
    "label:maintainer=client",
    "memory=100000000",
    "no-cache=a,build",
    "no-cache=Final",
    "platform=linux/arm/v7",
    "platform=linux/s390x,linux/arm64,linux/amd64",
    "platform=windows/amd64",
    "requestid=frontend.lint",
    "requestid=frontend.outline",
    "requestid=frontend.targets",
    "shm-size=67108864",
    "target=0",
    "ulimit=nofile=1024:2048",
];

/// Capabilities that a builder may lack.
const LACKS: &[&str] = &[
    "no-cap exec.meta.setsdefaultpath",
    "no-cap file.copy.includeexcludepatterns",
    "no-cap mergeop",
    "no-cap source.local.differ",
    "no-gateway-cap gateway.warnings",
    "no-gateway-cap proto.refarray",
    "no-gateway-cap source.metaresolver",
    "worker linux/amd64 linux/arm64",
    "worker linux/arm64",
];

/// Fields of an image's `config`, as JSON.
const FIELDS: &[&str] = &[
    "\"ArgsEscaped\":true",
    "\"Cmd\":[\"sh\",\"-c\",\"x\"]",
    "\"Cmd\":null",
    "\"Entrypoint\":[\"/entry\"]",
    "\"Env\":[\"A=base\",\"PATH=/opt/bin:/bin\"]",
    "\"Env\":[\"B\",\"=x\",\"C=a=b\",\"A=\"]",
    "\"Env\":[]",
    "\"ExposedPorts\":{\"53/udp\":{},\"80/tcp\":{}}",
    "\"Healthcheck\":{\"Test\":[\"CMD\",\"ok\"],\"Interval\":5000000000,\"Retries\":3}",
    "\"Healthcheck\":{\"Test\":[\"NONE\"]}",
    "\"Labels\":{\"a.b\":\"base\",\"l\":\"<&>\"}",
    "\"Shell\":[\"/bin/bash\",\"-c\"]",
    "\"Shell\":[]",
    "\"StopSignal\":\"SIGQUIT\"",
    "\"User\":\"1000:1000\"",
    "\"User\":\"app\"",
    "\"Volumes\":{\"/data\":{}}",
    "\"WorkingDir\":\"/srv\"",
    "\"WorkingDir\":\"rel\"",
    "\"X-Unknown\":{\"a\":[1]}",
];

/// Fields of an image next to its `config`.
const BESIDE: &[&str] = &[
    "\"architecture\":\"arm64\"",
    "\"author\":\"me\"",
    "\"created\":\"2024-01-02T03:04:05.678Z\"",
    "\"history\":[{\"created_by\":\"one\"},{\"created\":\"2024-01-01T00:00:00Z\",\"created_by\":\"two\",\"empty_layer\":true,\"comment\":\"c\"}]",
    "\"history\":null",
    "\"os\":\"windows\"",
    "\"os.version\":\"10.0.1\"",
    "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}",
    "\"rootfs\":{\"type\":\"layers\"}",
    "\"variant\":\"v8\"",
];

/// The directives before a case's files.
pub fn directives(dice: &mut Dice) -> String {
    let mut out = String::new();
    if dice.one_in(3) {
        for _ in 0..1 + dice.below(2) {
            out.push_str(&format!("option {}\n", dice.pick(OPTIONS)));
        }
    }
    if dice.one_in(15) {
        out.push_str(&format!("{}\n", dice.pick(LACKS)));
    }
    out
}

/// Images of the registry that aren't plain.
pub fn images(dice: &mut Dice, stages: &[&str]) -> String {
    let mut out = String::new();
    if !dice.one_in(3) {
        return out;
    }
    for name in ["alpine", "busybox", "node:22-alpine", "nginx:1.27"] {
        if !dice.one_in(3) {
            continue;
        }
        let mut fields = some(dice, FIELDS, 4);
        if dice.one_in(2) {
            let triggers: Vec<_> = (0..1 + dice.below(3))
                .map(|_| instruction(dice, stages))
                .filter(|line| !line.contains(['"', '\\', '\n', '\t']))
                .map(|line| format!("\"{line}\""))
                .collect();
            fields.push(format!("\"OnBuild\":[{}]", triggers.join(",")));
        }
        let mut parts = vec![format!("\"config\":{{{}}}", fields.join(","))];
        if dice.one_in(3) {
            parts.extend(some(dice, BESIDE, 2));
        }
        out.push_str(&format!("-- image {name} --\n{{{}}}\n", parts.join(",")));
    }
    out
}

/// A few of these, each field once.
fn some(dice: &mut Dice, from: &[&str], most: usize) -> Vec<String> {
    let key = |field: &str| field.split(':').next().unwrap_or_default().to_owned();
    let mut out: Vec<String> = Vec::new();
    for _ in 0..dice.below(most + 1) {
        let field = dice.pick(from);
        if out.iter().all(|other| key(other) != key(field)) {
            out.push(field.to_owned());
        }
    }
    out
}
