//! The findings of Dockerfiles: equal ones once, and those of a file below one frame with all its marked lines.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::ptr;

use annotate_snippets::Level;
use fromtier_policy::{Finding, Severity};

use super::printer::{Mark, Message, Printer};
use super::terminal::shown_path;
use super::{Lines, counted, line_of, place, trap_place};
use crate::report::{DockerfileReport, JudgedSource};

/// The most places that a finding lists besides its first one, and that a frame marks for it.
const MAX_PLACES: usize = 8;
/// The most marks of one frame, so that a finding is near its lines.
const MAX_MARKS: usize = 20;

/// The most bytes between two marks of a finding in one frame, because frames are read whole.
const MAX_DISTANCE: usize = 16 << 10;

/// One message, and all its places.
struct PlacedFinding<'r> {
    severity: Severity,
    code: Option<&'r str>,
    message: String,
    help: Option<String>,
    places: Vec<(&'r DockerfileReport, Range<usize>)>,
}

/// The codes of all that is refused or warned about.
pub fn codes(files: &[DockerfileReport]) -> impl Iterator<Item = &str> {
    files.iter().flat_map(|file| {
        let error = file.error.iter().filter_map(|error| error.code());
        let sources = file.sources.iter().filter_map(|s| s.verdict.as_ref());
        let traps = file.traps.iter().map(|judged| &judged.verdict);
        let findings = sources.chain(traps).flat_map(|verdict| &verdict.findings);
        let findings = findings.chain(file.findings.iter().map(|found| &found.finding));
        let findings = findings.filter(|finding| finding.severity > Severity::Allow);
        error.chain(findings.map(|finding| finding.code.as_str()))
    })
}

impl Printer {
    /// Prints the findings of Dockerfiles. Equal ones are printed once, with all their places.
    pub fn files<'r>(
        &self,
        files: impl IntoIterator<Item = &'r DockerfileReport>,
        out: &mut String,
    ) {
        let all = grouped(files);
        let same_file = |a: &PlacedFinding<'_>, b: &PlacedFinding<'_>| {
            let file = |finding: &PlacedFinding<'_>| {
                finding.places.first().map(|(file, _)| ptr::from_ref(*file))
            };
            file(a) == file(b)
        };
        for of_file in all.chunk_by(same_file) {
            let mut rest: Vec<&PlacedFinding<'_>> = of_file.iter().collect();
            rest.sort_by_key(|finding| finding.places.first().map(|(_, at)| at.start));
            while !rest.is_empty() {
                let mut marks = 0;
                let fits = rest.iter().take_while(|finding| {
                    marks += finding.marked().count();
                    marks <= MAX_MARKS
                });
                let number = fits.count().max(1);
                let later = rest.split_off(number);
                self.frame(&rest, out);
                rest = later;
            }
        }
    }

    /// Prints findings of one file below a frame. A single one is printed around its frame.
    fn frame(&self, findings: &[&PlacedFinding<'_>], out: &mut String) {
        let Some((file, _)) = findings.first().and_then(|finding| finding.places.first()) else {
            return;
        };
        let (path, text) = (file.path.shown(), file.text.as_str());
        if let [finding] = findings {
            let marks: Vec<Mark> = finding.marked().map(Mark::new).collect();
            let others = finding.other_places(marks.len());
            let message = finding.to_message(others.as_deref());
            self.message_with_frame(&message, path, text, &marks, out);
            return;
        }
        let severity = findings.iter().map(|finding| finding.severity).max();
        let severity = severity.unwrap_or(Severity::Allow);
        self.frame_only(level(severity), path, text, &labeled_marks(findings), out);
        let lines = Lines::new(text);
        for finding in findings {
            let at = finding.places.first().map_or(0, |(_, at)| at.start);
            let others = finding.other_places(1);
            let message = finding.to_message(others.as_deref());
            self.message_at(&message, path, lines.position(at), out);
        }
        out.push('\n');
    }
}

impl PlacedFinding<'_> {
    /// The places that a frame marks: the first ones, as far as they are in the same file and not far away.
    fn marked(&self) -> impl Iterator<Item = Range<usize>> {
        let first = self.places.first();
        let places = self.places.iter().take(MAX_PLACES + 1);
        let near = places.take_while(move |(file, at)| {
            first.is_some_and(|(first_file, first_at)| {
                ptr::eq(*file, *first_file) && at.start.abs_diff(first_at.start) <= MAX_DISTANCE
            })
        });
        near.map(|(_, at)| at.clone())
    }

    /// The places besides the first `shown` ones, in words.
    fn other_places(&self, shown: usize) -> Option<String> {
        let places = self.places.get(shown..).unwrap_or_default();
        let listed = places.iter().take(MAX_PLACES).map(|(file, at)| {
            let (line, column) = Lines::new(&file.text).position(at.start);
            format!("{}:{line}:{column}", shown_path(file.path.shown()))
        });
        let mut listed: Vec<String> = listed.collect();
        match places.len().saturating_sub(MAX_PLACES) {
            0 => {}
            more => listed.push(format!("and {}", counted(more, "more place"))),
        }
        (!listed.is_empty()).then(|| format!("also at {}", listed.join(", ")))
    }

    fn to_message<'a>(&'a self, others: Option<&'a str>) -> Message<'a> {
        Message {
            level: level(self.severity),
            code: self.code,
            message: &self.message,
            others,
            help: self.help.as_deref(),
        }
    }

    /// What a frame shows at its marks.
    fn label(&self) -> &str {
        self.code.unwrap_or(match self.severity {
            Severity::Deny => "error",
            Severity::Warn => "warning",
            Severity::Allow => "note",
        })
    }
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Deny => Level::ERROR,
        Severity::Warn => Level::WARNING,
        Severity::Allow => Level::NOTE,
    }
}

/// The marks of a frame, each with the codes of the findings there.
fn labeled_marks(findings: &[&PlacedFinding<'_>]) -> Vec<Mark> {
    let mut labels: BTreeMap<(usize, usize), Vec<&str>> = BTreeMap::new();
    for finding in findings {
        for at in finding.marked() {
            let labels = labels.entry((at.start, at.end)).or_default();
            if !labels.contains(&finding.label()) {
                labels.push(finding.label());
            }
        }
    }
    let mark = |((start, end), labels): ((usize, usize), Vec<&str>)| Mark {
        at: start..end,
        label: Some(labels.join(", ")),
    };
    labels.into_iter().map(mark).collect()
}

/// The findings of all files; equal ones are one with all places.
fn grouped<'r>(files: impl IntoIterator<Item = &'r DockerfileReport>) -> Vec<PlacedFinding<'r>> {
    /// Two policies that are both called "this policy" in messages are not the same.
    type Key<'r> = (
        Severity,
        Option<(&'r str, &'r [PathBuf])>,
        String,
        Option<String>,
    );
    let mut all: Vec<PlacedFinding<'r>> = Vec::new();
    let mut known: BTreeMap<Key<'r>, usize> = BTreeMap::new();
    for file in files {
        for finding in findings(file) {
            let key = (
                finding.severity,
                finding.code.map(|code| (code, file.policies.as_slice())),
                finding.message.clone(),
                finding.help.clone(),
            );
            match known.get(&key) {
                Some(&at) => all[at].places.extend(finding.places),
                None => {
                    known.insert(key, all.len());
                    all.push(finding);
                }
            }
        }
    }
    all
}

/// The findings of a Dockerfile: those about its sources, then those about its traps, each in their order.
fn findings(file: &DockerfileReport) -> Vec<PlacedFinding<'_>> {
    let mut all = Vec::new();
    if let Some(error) = &file.error {
        all.push(PlacedFinding {
            severity: Severity::Deny,
            code: error.code(),
            message: error.message.clone(),
            help: error.help.as_deref().map(str::to_owned),
            places: vec![(file, line_of(&file.text, error.line().unwrap_or(1)))],
        });
    }
    all.extend(file.findings.iter().map(|found| PlacedFinding {
        severity: found.finding.severity,
        code: Some(found.finding.code.as_str()),
        message: found.finding.message.clone(),
        help: found.finding.help.clone(),
        places: vec![(file, found.at.clone().unwrap_or_default())],
    }));
    for judged in &file.sources {
        let at = place(&file.text, &judged.source);
        let Some(verdict) = &judged.verdict else {
            all.push(PlacedFinding {
                severity: Severity::Warn,
                code: None,
                message: format!(
                    "`{}` depends on a build argument that has no value",
                    judged.source.written
                ),
                help: Some("pass a value: --build-arg NAME=VALUE".to_owned()),
                places: vec![(file, at)],
            });
            continue;
        };
        for finding in &verdict.findings {
            let resolved = resolved(judged, finding);
            all.push(PlacedFinding {
                severity: finding.severity,
                code: Some(finding.code.as_str()),
                message: finding.message.clone(),
                help: match (&finding.help, &resolved) {
                    (Some(help), Some(resolved)) => Some(format!("{help}\n{resolved}")),
                    (help, resolved) => help.clone().or_else(|| resolved.clone()),
                },
                places: vec![(file, at.clone())],
            });
        }
    }
    for judged in &file.traps {
        let at = trap_place(&file.text, &judged.trap);
        all.extend(judged.verdict.findings.iter().map(|finding| PlacedFinding {
            severity: finding.severity,
            code: Some(finding.code.as_str()),
            message: finding.message.clone(),
            help: finding.help.clone(),
            places: vec![(file, at.clone())],
        }));
    }
    all
}

/// The value of a reference with variables, which the message doesn't show.
fn resolved(judged: &JudgedSource, finding: &Finding) -> Option<String> {
    let source = &judged.source;
    (finding.severity > Severity::Allow && source.written != source.reference)
        .then(|| format!("`{}` is `{}` here", source.written, source.reference))
}
