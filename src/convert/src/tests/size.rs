//! The time for large files is proportional to their size.

use std::time::{Duration, Instant};

use super::*;

#[expect(clippy::disallowed_methods, reason = "it measures")]
fn took(text: &str) -> Duration {
    let start = Instant::now();
    convert(text);
    start.elapsed()
}

#[test]
fn ten_thousand_instructions_and_a_thousand_stages_do_not_recurse_or_blow_up() {
    let limit = Duration::from_secs(20);
    assert!(took(&format!("FROM alpine\n{}", "RUN x\n".repeat(10_000))) < limit);
    let env: String = (0..10_000)
        .map(|n| format!("ENV V{n}=$V{}\n", n - 1))
        .collect();
    assert!(
        took(
            &format!("FROM alpine\nENV V-1=x\n{env}")
                .replace("$V-1", "x")
                .replace("V-1", "W")
        ) < limit
    );
    let stages: String = (1..1000)
        .map(|n| format!("FROM s{} AS s{n}\nRUN x\n", n - 1))
        .collect();
    assert!(took(&format!("FROM alpine AS s0\n{stages}")) < limit);
    let copies: String = (1..1000)
        .map(|n| format!("FROM alpine AS s{n}\nCOPY --from=s{} / /\n", n - 1))
        .collect();
    assert!(took(&format!("FROM alpine AS s0\n{copies}")) < limit);
}
