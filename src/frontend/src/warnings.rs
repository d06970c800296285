//! Findings of the build checks and of the gate, sent as BuildKit's warnings.

use fromtier_convert::{Outcome, SourceVerdict, pb_ranges};
use fromtier_dockerfile::lint;
use fromtier_dockerfile::span::Range;
use fromtier_dockerfile::visible::visible;
use fromtier_gateway::Bridge;
use fromtier_policy::verdict::Severity;
use fromtier_proto::{gw, pb};

use crate::source::Dockerfile;

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The rule's name or the gate's code.
    pub rule: String,
    /// The rule's description, or the finding's help.
    pub description: String,
    /// The rule's page; can be empty.
    pub url: String,
    /// The finding itself.
    pub message: String,
    /// The lines that the finding is about.
    pub ranges: Vec<Range>,
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

/// Returns the findings of the gate only, in the order of their lines.
pub fn gate_notices<T>(outcome: &Outcome<T>, with_refusals: bool) -> Vec<Notice> {
    let verdicts = outcome.verdicts.iter();
    let mut notices: Vec<Notice> = verdicts
        .flat_map(|v| gate_verdict_notices(v, with_refusals))
        .collect();
    notices.sort_by_key(|notice| notice.ranges.first().map(|r| r.start.line));
    notices
}

fn check_notice(warning: &lint::Warning) -> Notice {
    Notice {
        rule: warning.rule.to_owned(),
        description: warning.description.to_owned(),
        url: warning.url.to_owned(),
        message: warning.message.clone(),
        ranges: warning.ranges.clone(),
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
        .map(|f| Notice {
            rule: f.code.to_string(),
            description: f.help.clone().unwrap_or_default(),
            url: f.code.url().unwrap_or_default(),
            message: f.message.clone(),
            ranges: source.ranges.clone(),
        })
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
    let line = notice.ranges.first().map_or(0, |r| r.start.line);
    gw::WarnRequest {
        digest: dockerfile.vertex.clone(),
        level: 1,
        short: visible(&lint::format_short(&notice.rule, &notice.message, line)).into_bytes(),
        detail: vec![visible(&notice.description).into_bytes()],
        url: notice.url.clone(),
        info: Some(info.clone()),
        ranges: pb_ranges(&notice.ranges),
    }
}
