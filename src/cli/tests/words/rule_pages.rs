//! The pages of docs/rules quote messages as the program prints them: each quoted message is in a snapshot of the words.

use std::path::Path;

use super::files_below;

/// A message with its code, and its line of help.
#[derive(Debug, Default, PartialEq)]
struct Quote {
    /// `error[FT101]: …`
    message: String,
    /// `help: …`
    help: Option<String>,
}

/// The part of a line that begins with a severity and a code: `error[FT101]: …`.
fn message_in(line: &str) -> Option<&str> {
    let starts = ["error[FT", "warning[FT", "note[FT"].into_iter();
    starts
        .filter_map(|start| line.find(start))
        .min()
        .map(|at| &line[at..])
}

/// The help in a line, as a build prints it (`help: …`) or as a terminal shows it (`  = help: …`).
fn help_in(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = line.strip_prefix("= ").unwrap_or(line);
    line.starts_with("help: ").then_some(line)
}

/// The message without a number of days, which is another one tomorrow.
fn without_age(message: &str) -> String {
    match message.split_once(" days ago") {
        Some((before, after)) => {
            let before = before.trim_end_matches(|c: char| c.is_ascii_digit());
            let before = before.trim_end_matches("AGE");
            format!("{before}AGE days ago{after}")
        }
        None => message.to_owned(),
    }
}

/// The messages in a text, each with the first line of help before the next empty line. Help without a message counts as
/// a quote with an empty message.
fn quotes(text: &str) -> Vec<Quote> {
    let mut quotes: Vec<Quote> = Vec::new();
    let mut lacks_help = false;
    for line in text.lines() {
        if let Some(message) = message_in(line) {
            quotes.push(Quote {
                message: without_age(message),
                help: None,
            });
            lacks_help = true;
        } else if let Some(help) = help_in(line) {
            if !lacks_help {
                quotes.push(Quote::default());
            }
            if let Some(quote) = quotes.last_mut() {
                quote.help = Some(help.to_owned());
            }
            lacks_help = false;
        } else if line.is_empty() {
            lacks_help = false;
        }
    }
    quotes
}

/// The messages of every snapshot.
fn printed() -> Vec<Quote> {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders =
        ["tests/words", "../frontend/tests/words"].map(|folder| crate_folder.join(folder));
    let snapshots = folders
        .iter()
        .flat_map(|folder| files_below(folder, "snap"));
    snapshots
        .flat_map(|path| quotes(&std::fs::read_to_string(path).unwrap()))
        .collect()
}

/// Fails when a message changes and the page that quotes it doesn't.
#[test]
fn every_message_on_a_rule_page_is_one_that_the_program_prints() {
    let printed = printed();
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules");
    let mut problems = Vec::new();
    for page in files_below(&pages, "md") {
        let code = page.file_stem().unwrap().to_str().unwrap();
        if !code.starts_with("FT") {
            continue;
        }
        let quotes = quotes(&std::fs::read_to_string(&page).unwrap());
        let own = format!("[{code}]: ");
        if !quotes.iter().any(|quote| quote.message.contains(&own)) {
            problems.push(format!("{code}: the page quotes no message of its code"));
        }
        let unknown = quotes.iter().filter(|quote| !printed.contains(quote));
        problems.extend(unknown.map(|quote| format!("{code}: in no snapshot: {quote:#?}")));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
