//! Each code has a page in `docs/rules`, and the index there lists them all.

use std::path::PathBuf;

use fromtier_policy::Code;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules")
}

/// The index as it must be.
fn index() -> String {
    let mut text = String::from(
        "# Codes\n\n\
         Everything that the gate reports has a code, and each code has a page. `fromtier explain FT101` prints the same \
         page.\n\n\
         | Code | Subject |\n|---|---|\n",
    );
    for code in Code::ALL {
        let (page, title) = (code.page(), code.title());
        text.push_str(&format!("| [{code}]({page}) | {title} |\n"));
    }
    text
}

/// `FROMTIER_WRITE=1 cargo test -p fromtier-policy --test pages` writes the index.
#[test]
fn the_index_of_the_pages_lists_every_code() {
    let path = folder().join("README.md");
    if std::env::var_os("FROMTIER_WRITE").is_some() {
        std::fs::write(&path, index()).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap();
    assert_eq!(
        written,
        index(),
        "FROMTIER_WRITE=1 cargo test -p fromtier-policy --test pages"
    );
}

#[test]
fn every_page_is_of_a_code_and_every_code_has_a_page_of_the_same_shape() {
    let mut pages: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "README.md")
        .collect();
    pages.sort();
    let expected: Vec<String> = Code::ALL.iter().map(|code| code.page()).collect();
    assert_eq!(pages, expected);
    for code in Code::ALL {
        let text = std::fs::read_to_string(folder().join(code.page())).unwrap();
        let title = format!("# {code}: ");
        assert!(text.starts_with(&title), "{code}");
        for section in ["\n## Why\n", "\n## Example\n", "\n## What to do\n"] {
            assert!(text.contains(section), "{code}: no section{section}");
        }
    }
}
