//! Findings of the build checks and of the gate, sent as BuildKit's warnings.

use std::collections::HashMap;

use fromtier_convert::{Outcome, SourceVerdict, pb_ranges};
use fromtier_dockerfile::lint;
use fromtier_dockerfile::span::Range;
use fromtier_dockerfile::visible::visible;
use fromtier_gateway::Bridge;
use fromtier_policy::verdict::{Finding, Severity};
use fromtier_policy::{Code, Owner};
use fromtier_proto::{gw, pb};

use crate::frames::frames;
use crate::source::Dockerfile;

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The gate's code; `None` if it is a finding of the build checks.
    pub code: Option<Code>,
    /// Whose policy decided; `None` if no single policy did.
    pub owner: Option<Owner>,
    /// The rule's name or the gate's code.
    pub rule: String,
    /// The rule's description, or the finding's help.
    pub description: String,
    /// The rule's page; can be empty.
    pub url: String,
    /// The finding itself.
    pub message: String,
    /// The lines of each instruction that the finding is about.
    pub places: Vec<Vec<Range>>,
}

/// Returns the findings of a conversion, those of the build checks first, in the order in which they were found. Without
/// `with_refusals`, refusals are left out: the build's error reports them.
pub fn notices<T>(outcome: &Outcome<T>, with_refusals: bool) -> Vec<Notice> {
    let mut notices = check_notices(outcome);
    notices.extend(gate_notices(outcome, with_refusals));
    notices
}

/// Returns the findings of the build checks only.
pub fn check_notices<T>(outcome: &Outcome<T>) -> Vec<Notice> {
    outcome.warnings.iter().map(check_notice).collect()
}

/// Returns the findings of the gate only, in the order of their lines. Equal ones become one with all their lines.
pub fn gate_notices<T>(outcome: &Outcome<T>, with_refusals: bool) -> Vec<Notice> {
    let verdicts = outcome.verdicts.iter();
    let mut notices: Vec<Notice> = Vec::new();
    let mut known: HashMap<(String, String, String), usize> = HashMap::new();
    for notice in verdicts.flat_map(|v| gate_verdict_notices(v, with_refusals)) {
        let key = (
            notice.rule.clone(),
            notice.message.clone(),
            notice.description.clone(),
        );
        match known.get(&key) {
            Some(&at) => notices[at].places.extend(notice.places),
            None => {
                known.insert(key, notices.len());
                notices.push(notice);
            }
        }
    }
    let line = |place: &Vec<Range>| place.first().map(|r| r.start.line);
    for notice in &mut notices {
        notice.places.sort_by_key(line);
        notice.places.dedup();
    }
    notices.sort_by_key(|notice| notice.places.first().and_then(line));
    notices
}

impl Notice {
    /// Creates the notice of a gate's finding about these lines.
    pub fn new(finding: &Finding, ranges: Vec<Range>) -> Notice {
        Notice {
            code: Some(finding.code),
            owner: finding.owner,
            rule: finding.code.to_string(),
            description: finding.help.clone().unwrap_or_default(),
            url: finding.code.url().unwrap_or_default(),
            message: finding.message.clone(),
            places: vec![ranges],
        }
    }

    /// The first line of each place.
    pub fn lines(&self) -> Vec<i32> {
        let first = |place: &Vec<Range>| place.first().map(|range| range.start.line);
        self.places.iter().filter_map(first).collect()
    }

    /// The marked lines of each excerpt that shows the places. At least one excerpt, which can be empty.
    pub fn frames(&self) -> Vec<Vec<Range>> {
        match self.places.as_slice() {
            [] => vec![Vec::new()],
            [place] => vec![place.clone()],
            places => frames(places.concat()),
        }
    }

    /// `FT101: …`, with the lines of all places.
    fn short(&self) -> String {
        let lines = self.lines();
        match lines.as_slice() {
            [] | [_] => {
                let line = lines.first().copied().unwrap_or(0);
                lint::format_short(&self.rule, &self.message, line)
            }
            lines => {
                let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
                format!(
                    "{}: {} (lines {})",
                    self.rule,
                    self.message,
                    lines.join(", ")
                )
            }
        }
    }
}

fn check_notice(warning: &lint::Warning) -> Notice {
    Notice {
        code: None,
        owner: None,
        rule: warning.rule.to_owned(),
        description: warning.description.to_owned(),
        url: warning.url.to_owned(),
        message: warning.message.clone(),
        places: vec![warning.ranges.clone()],
    }
}

fn gate_verdict_notices(source: &SourceVerdict, with_refusals: bool) -> Vec<Notice> {
    let is_shown = |severity| match severity {
        Severity::Allow => false,
        Severity::Warn => true,
        Severity::Deny => with_refusals,
    };
    let findings = source.verdict.findings.iter();
    let findings = findings.filter(|f| is_shown(f.severity.min(source.verdict.severity)));
    findings
        .map(|f| Notice::new(f, source.ranges.clone()))
        .collect()
}

/// Sends the findings to the client. A builder that accepts no warnings gets none.
pub async fn send(bridge: &Bridge, dockerfile: &Dockerfile, notices: &[Notice]) {
    if notices.is_empty() {
        return;
    }
    let info = dockerfile.info();
    for notice in notices {
        // A warning that is not delivered must not fail the build.
        let _ = bridge.warn(warn_request(dockerfile, &info, notice)).await;
    }
}

fn warn_request(
    dockerfile: &Dockerfile,
    info: &pb::SourceInfo,
    notice: &Notice,
) -> gw::WarnRequest {
    let frames = notice.frames();
    let frame = frames.first().map_or(&[][..], Vec::as_slice);
    gw::WarnRequest {
        digest: dockerfile.vertex.clone(),
        level: 1,
        short: visible(&notice.short()).into_bytes(),
        detail: vec![visible(&notice.description).into_bytes()],
        url: notice.url.clone(),
        info: Some(info.clone()),
        ranges: pb_ranges(frame),
    }
}
