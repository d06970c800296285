//! A policy, and what its gate says about images and other sources.
#![no_main]

use fromtier_policy::expectations::Expectations;
use fromtier_policy::gate::{ImageRequest, SourceRequest, Via};
use fromtier_policy::{Day, Gate, Policy, Scope};
use libfuzzer_sys::fuzz_target;

const IMAGES: [&str; 5] = [
    "alpine",
    "node:22-alpine",
    "ghcr.io/acme/tool:1",
    "acme/tool@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "registry.example.com:5000/a/b/c:x",
];

fuzz_target!(|text: &str| {
    let _ = Expectations::parse("policy.test.yaml", text);
    let _ = Policy::extended("policy.yaml", text);
    // It extends itself.
    let policy = Policy::load("policy.yaml", text, &mut |_| Ok(text.to_owned()));
    let Ok(policy) = policy.or_else(|_| Policy::parse("policy.yaml", text)) else {
        return;
    };
    let today = Day::from_unix_seconds(1_764_000_000);
    let _ = policy.advice(today);
    let scope = Scope::of_stage(Some("build"));
    for gate in [
        Gate::new(Some(policy.clone()), None, None, today),
        Gate::new(Some(policy.clone()), Some(policy), None, today),
    ] {
        for reference in IMAGES {
            let request = ImageRequest {
                reference,
                via: Via::From,
                scope,
            };
            let _ = gate.request(&request);
            let _ = gate.trace(&request);
        }
        let url = "https://example.com/a.tar";
        let _ = gate.source(
            &SourceRequest::Http {
                url,
                checksum: None,
            },
            &scope,
        );
    }
});
