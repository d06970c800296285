//! The builds that are measured.

use std::fmt::Write;

const POLICY: &str = include_str!("../../corpus/allow-all.yaml");

/// A build to measure, as a case of the double.
pub struct Build {
    pub name: &'static str,
    pub text: String,
    /// How often it is worth running.
    pub most_runs: usize,
}

impl Build {
    pub fn new(name: &'static str, text: String) -> Build {
        Build {
            name,
            text,
            most_runs: usize::MAX,
        }
    }
}

/// Builds of several sizes, and with several bases.
pub fn builds() -> [Build; 7] {
    [
        Build::new("small: 1 stage, 4 instructions", stages(1, 4)),
        Build::new("typical: 12 stages, 120 instructions", stages(12, 10)),
        Build::new(
            "half of large: 500 stages, 5000 instructions",
            stages(500, 10),
        ),
        Build::new("large: 1000 stages, 10000 instructions", stages(1000, 10)),
        Build::new("1 base, 50 ms a resolve", bases(1)),
        Build::new("4 bases, 50 ms a resolve", bases(4)),
        Build::new("16 bases, 50 ms a resolve", bases(16)),
    ]
}

/// A case with a Dockerfile, more sections, and images. `head` has the directives.
pub fn case(head: &str, dockerfile: &str, images: &[String]) -> String {
    let mut out =
        format!("# Measured.\n{head}-- Dockerfile --\n{dockerfile}-- .fromtier.yaml --\n{POLICY}");
    for image in images {
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "-- image {image} --\n{{\"config\":{{\"Env\":[\"PATH=/usr/bin:/bin\"],\"Cmd\":[\"sh\"]}}}}"
        );
    }
    out
}

/// `stages` stages of `instructions` each, `FROM` among them; each copies from the one before.
fn stages(stages: usize, instructions: usize) -> String {
    let mut text = String::new();
    for stage in 0..stages {
        let _ = writeln!(text, "FROM alpine AS s{stage}");
        for i in 1..instructions {
            let _ = match i % 4 {
                1 if stage > 0 => writeln!(text, "COPY --from=s{} /a /b{i}", stage - 1),
                1 => writeln!(text, "COPY a /a"),
                2 => writeln!(text, "ENV V{i}=v$PATH"),
                3 => writeln!(text, "RUN echo {stage} $V2 {i}"),
                _ => writeln!(text, "WORKDIR /w{i}"),
            };
        }
    }
    case("", &text, &["alpine".to_owned()])
}

/// One stage that needs `count` others, each with a base of its own; each resolve takes 50 ms.
fn bases(count: usize) -> String {
    let images: Vec<_> = (0..count).map(|i| format!("alpine:3.{i}")).collect();
    let mut text = String::new();
    for (i, image) in images.iter().enumerate() {
        let _ = writeln!(text, "FROM {image} AS s{i}\nRUN echo {i}");
    }
    let _ = writeln!(text, "FROM s0");
    for i in 1..count {
        let _ = writeln!(text, "COPY --from=s{i} /a /b{i}");
    }
    case("slow 50ms\n", &text, &images)
}
