//! Measures one decision of the gate, with 10 and with 10,000 rules and exceptions, for plain names and for patterns.
//!
//! `cargo bench -p fromtier-policy`. The table at the end must show that a decision takes at most twice as long with
//! 10,000 of each as with 10.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "it measures, and never ships"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

use criterion::{BenchmarkId, Criterion};
use fromtier_policy::gate::{ImageRequest, Via};
use fromtier_policy::{Day, Gate, Organization, Policy, Scope};

/// The values of `match`. `%` is the rule's number.
const KINDS: [(&str, &[&str]); 2] = [
    (
        "names",
        &["acme/tool-%", "ghcr.io/acme/tool-%", "node:22.%"],
    ),
    (
        "globs",
        &[
            "team-%/*",
            "ghcr.io/team-%/**",
            "registry-%.example.com/**",
            "*.region-%.example.com/**",
            "**/legacy-%",
            "registry.example.com/*-%",
            "acme/base:%.*",
        ],
    ),
];

const SIZES: [usize; 2] = [10, 10_000];

/// The requested images, each with the outcome.
const IMAGES: [(&str, &str); 6] = [
    ("passes", "node:24-alpine"),
    ("excepted", "ghcr.io/excepted-7/tool:1"),
    ("internal", "r.example.com/team-7/tool:1"),
    ("rewritten", "old-7/node:24"),
    ("past its end of life", "node:16-alpine"),
    ("refused", "random-user/node-custom:latest"),
];

/// Returns a policy with `size` rules under `images` and `rewrite`, `size` list entries, and `size` exceptions.
fn policy(forms: &[&str], glob: bool, size: usize) -> String {
    let pattern =
        |i: usize| forms[i % forms.len()].replace('%', &(i / forms.len() + 1000).to_string());
    let star = if glob { "*" } else { "tool" };
    let mut text = "version: 1\nimages:\n".to_owned();
    for i in 0..size {
        let _ = writeln!(text, "- {{match: \"{}\", tags: \">=1\"}}", pattern(i));
    }
    text += "exceptions:\n";
    for i in 0..size {
        let _ = writeln!(
            text,
            "- {{match: \"ghcr.io/excepted-{i}/{star}\", until: 2027-03-31, owner: web, reason: migration}}"
        );
    }
    text += "rewrite:\n";
    let (from, to) = if glob {
        ("*", "{name}:{tag}")
    } else {
        ("node", "node:{tag}")
    };
    for i in 0..size {
        let _ = writeln!(text, "- {{match: \"old-{i}/{from}\", to: \"{to}\"}}");
    }
    text += "internal:\n";
    for i in 0..size {
        let _ = writeln!(text, "- \"r.example.com/team-{i}/{star}\"");
    }
    text
}

fn read(text: &str) -> Policy {
    Policy::parse("policy.yaml", text).unwrap_or_else(|e| panic!("{:?}", e.first()))
}

fn milliseconds<T>(what: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let done = what();
    (done, start.elapsed().as_secs_f64() * 1e3)
}

fn ask(gate: &Gate, reference: &str) -> bool {
    let request = ImageRequest {
        reference,
        via: Via::From,
        scope: Scope::default(),
    };
    gate.request(black_box(&request)).is_ok()
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let mut table = String::new();
    for (kind, forms) in KINDS {
        let mut gates = Vec::new();
        for size in SIZES {
            let text = policy(forms, kind == "globs", size);
            let today = Day::new(2026, 11, 24).expect("a day");
            let (policy, read_in) = milliseconds(|| read(&text));
            let (organization, indexed_in) = milliseconds(|| Organization::new(Some(policy), None));
            gates.push(organization.gate(None, None, today));
            let repository = read("version: 1");
            let (_, beside_in) =
                milliseconds(|| black_box(organization.gate(Some(repository), None, today)));
            let _ = writeln!(
                table,
                "{kind}: a policy of {} KB is read in {read_in:.1} ms and indexed in {indexed_in:.1} ms; a repository's \
                 gate beside it is made in {beside_in:.3} ms",
                text.len() / 1000,
            );
        }
        for (what, image) in IMAGES {
            let mut group = criterion.benchmark_group(format!("gate/{kind}/{what}"));
            for (gate, size) in gates.iter().zip(SIZES) {
                group.bench_with_input(BenchmarkId::from_parameter(size), gate, |b, gate| {
                    b.iter(|| ask(gate, image));
                });
            }
            group.finish();
        }
        table += &ratios(kind, &gates);
    }
    criterion.final_summary();
    println!("{table}");
}

/// Measures both sizes alternately, so that other load on the machine affects both.
fn ratios(kind: &str, gates: &[Gate]) -> String {
    let mut table = format!(
        "{:<24} {:>10} {:>10} {:>6}\n",
        format!("{kind}, µs an image"),
        10,
        10_000,
        "ratio"
    );
    for (what, image) in IMAGES {
        let mut took: Vec<Vec<f64>> = gates.iter().map(|_| Vec::new()).collect();
        for _ in 0..51 {
            for (gate, took) in gates.iter().zip(&mut took) {
                let start = Instant::now();
                for _ in 0..100 {
                    black_box(ask(gate, image));
                }
                took.push(start.elapsed().as_secs_f64() * 1e4);
            }
        }
        for took in &mut took {
            took.sort_by(f64::total_cmp);
        }
        let (few, many) = (took[0][25], took[1][25]);
        let _ = writeln!(
            table,
            "{what:<24} {few:>10.2} {many:>10.2} {:>6.2}",
            many / few
        );
    }
    table
}
