//! The instructions that a parser refuses even alone.

use std::collections::{BTreeMap, BTreeSet};

use fromtier_dockerfile::parser::{Args, Node, parse};

use crate::files::File;
use crate::parsers::{PARSERS, Parser};

/// Constructs, each with the numbers of the files that fail for it; the most frequent first.
pub fn of(parser: &Parser, failed: &[&File]) -> Vec<(String, BTreeSet<usize>)> {
    let mut out: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (number, file) in failed.iter().enumerate() {
        for what in in_file(parser, &file.data) {
            out.entry(what).or_default().insert(number);
        }
    }
    let mut out: Vec<_> = out.into_iter().collect();
    out.sort_by_key(|(what, files)| (usize::MAX - files.len(), what.clone()));
    out
}

fn in_file(parser: &Parser, data: &[u8]) -> Vec<String> {
    if std::str::from_utf8(data).is_err() {
        return vec!["bytes that aren't UTF-8".to_owned()];
    }
    let Ok(file) = parse(data) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for node in &file.nodes {
        let written = data.get(node.span.start..node.span.end).unwrap_or_default();
        let mut alone = Vec::new();
        if file.escape != '\\' {
            alone.extend_from_slice(format!("# escape={}\n", file.escape).as_bytes());
        }
        if !node.keyword.eq_ignore_ascii_case("from") {
            alone.extend_from_slice(b"FROM alpine\n");
        }
        alone.extend_from_slice(written);
        alone.push(b'\n');
        if PARSERS[0].reads(&alone) && !parser.reads(&alone) {
            out.push(construct(node, written));
        }
    }
    if out.is_empty() {
        out.push(if data.starts_with(b"\xef\xbb\xbf") {
            "byte order mark".to_owned()
        } else if data.contains(&b'\r') {
            "carriage returns".to_owned()
        } else if file.escape != '\\' {
            "escape directive".to_owned()
        } else {
            "the file as a whole, each instruction alone is read".to_owned()
        });
    }
    out
}

/// The most particular thing about an instruction.
fn construct(node: &Node, written: &[u8]) -> String {
    let keyword = node.keyword.to_ascii_uppercase();
    let written = String::from_utf8_lossy(written);
    let mut continued = written.lines().skip(1);
    let inner_heredoc = matches!(&node.args, Args::Sub(inner) if !inner.heredocs.is_empty());
    if !node.heredocs.is_empty() || inner_heredoc {
        "heredoc".to_owned()
    } else if node.keyword != keyword {
        "keyword in lower case".to_owned()
    } else if [
        "HEALTHCHECK",
        "ONBUILD",
        "MAINTAINER",
        "SHELL",
        "STOPSIGNAL",
        "VOLUME",
    ]
    .contains(&&*keyword)
    {
        keyword
    } else if continued
        .clone()
        .any(|line| line.trim_start().starts_with('#'))
    {
        "comment between continued lines".to_owned()
    } else if continued.any(|line| line.trim().is_empty()) {
        "empty line between continued lines".to_owned()
    } else if let Some(flag) = node.flags.first() {
        let flag = flag.split('=').next().unwrap_or_default();
        format!("{keyword} {flag}")
    } else if matches!(node.args, Args::Json(_)) {
        format!("{keyword} [\"…\"]")
    } else {
        keyword
    }
}
