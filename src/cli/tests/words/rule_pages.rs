//! The pages of docs/rules quote messages as the program prints them: each quoted message is in a snapshot of the words.

use std::path::Path;

use super::files_below;
use super::support::Folder;

/// A message with its code, and its line of help.
#[derive(Debug, Default, Clone, PartialEq)]
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

/// The message of a build's warning, as the command line would print it: `WARN: FT162: … (line 1)`.
fn build_warning_in(line: &str) -> Option<String> {
    let (code, message) = line.strip_prefix("WARN: ")?.split_once(": ")?;
    let (message, _) = message.rsplit_once(" (line")?;
    code.starts_with("FT")
        .then(|| format!("warning[{code}]: {message}"))
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
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(message) = build_warning_in(line) {
            let help = lines.next().map(|help| format!("help: {help}"));
            quotes.push(Quote { message, help });
            lacks_help = false;
        } else if let Some(message) = message_in(line) {
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
    let texts = snapshots.map(|path| std::fs::read_to_string(path).unwrap());
    texts
        .flat_map(|text| [quotes(&text), build_warnings(&text)].concat())
        .collect()
}

/// The warnings of a build's snapshot, as the command line would print them.
fn build_warnings(text: &str) -> Vec<Quote> {
    let lines: Vec<&str> = text.lines().collect();
    let warnings = lines.windows(2).filter_map(|pair| {
        let (code, message) = pair[0].strip_prefix("WARN: ")?.split_once(": ")?;
        let (message, _) = message.rsplit_once(" (line ")?;
        Some(Quote {
            message: format!("warning[{code}]: {message}"),
            help: Some(format!("help: {}", pair[1])),
        })
    });
    warnings.collect()
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

/// A block of code on a page: its language and its text.
type Block = (String, String);

/// The blocks of code in a text.
fn blocks(text: &str) -> Vec<Block> {
    let parts = text.split("\n```").skip(1).step_by(2);
    let block = |part: &str| {
        let (language, text) = part.split_once('\n').unwrap();
        (language.to_owned(), format!("{text}\n"))
    };
    parts.map(block).collect()
}

/// What `fromtier check` prints for the example of a page: its policy, its lock file, and its Dockerfile.
fn checked(code: &str, blocks: &[Block]) -> Option<String> {
    let dockerfile = blocks.iter().position(|block| block.0 == "dockerfile")?;
    let digest = format!("sha256:{}", "1".repeat(64));
    let text = (blocks[dockerfile].1)
        .replace("sha256:…", &digest)
        .replace("<all 40 digits of the commit>", &"a".repeat(40));
    let mut files = vec![("Dockerfile", text.as_str())];
    for (language, text) in &blocks[..dockerfile] {
        match language.as_str() {
            "yaml" => files.push((".fromtier.yaml", text)),
            "text" => files.push(("fromtier.lock", text)),
            _ => panic!("{code}: a block in {language} before the Dockerfile"),
        }
    }
    let day = match code {
        "FT135" => "2027-03-01",
        _ => "2026-11-20",
    };
    let folder = Folder::new(&files);
    Some(folder.run(&["check", "--today", day]).out)
}

/// Fails when an example has other findings than those that its page shows, or none that the page shows.
#[test]
fn the_example_of_a_rule_page_prints_the_messages_that_the_page_shows() {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules");
    let mut checked_pages = 0;
    let mut problems = Vec::new();
    for page in files_below(&pages, "md") {
        let code = page.file_stem().unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(&page).unwrap();
        let Some((_, example)) = text.split_once("\n## Example\n") else {
            continue;
        };
        let (example, advice) = example.split_once("\n## What to do\n").unwrap();
        let Some(printed) = checked(code, &blocks(example)) else {
            continue;
        };
        let is_reported = !advice
            .replace('\n', " ")
            .contains("`fromtier check` doesn't report it");
        let expected = if is_reported {
            quotes(example)
        } else {
            Vec::new()
        };
        if quotes(&printed) != expected {
            problems.push(format!("{code}: the example prints\n{printed}"));
        }
        checked_pages += 1;
    }
    assert!(checked_pages > 30, "{checked_pages}");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
