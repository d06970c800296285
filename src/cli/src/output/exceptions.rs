//! Notes on exceptions that nothing needs.

use std::collections::HashSet;
use std::path::Path;

use annotate_snippets::Level;
use fromtier_policy::Place;

use super::printer::{Note, Printer};
use crate::report::CheckReport;

/// Prints notes on the repository's own exceptions that nothing in these files needs. An organization's exceptions are
/// for other repositories too.
pub fn unused(report: &CheckReport, printer: &Printer, out: &mut String) {
    let all = || report.files.iter().flat_map(|file| &file.exceptions);
    let used = all().filter(|exception| exception.used);
    let mut settled: HashSet<&Place> = used.filter_map(|used| used.at.as_ref()).collect();
    for exception in all().filter(|exception| exception.is_repositorys) {
        let Some(at) = exception.at.as_ref().filter(|at| settled.insert(at)) else {
            continue;
        };
        let text = report.policy_texts.get(&*at.file);
        let text = text.map_or("", |text| text);
        let message = format!("no file here needs the exception for {}", exception.subject);
        let help = format!("remove it if {} no longer needs it", exception.owner);
        let note = Note {
            level: Level::NOTE,
            code: None,
            message: &message,
            path: Path::new(&*at.file),
            at: match text.get(at.span.clone()) {
                Some(_) => at.span.clone(),
                None => 0..0,
            },
            text,
            help: Some(&help),
        };
        printer.note(&note, out);
    }
}
