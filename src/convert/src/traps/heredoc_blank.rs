//! FT201: `RUN cat <<- EOF`, with a blank after the dash. A shell reads a heredoc there, and BuildKit takes `<<EOF`, `<< EOF` and
//! `<<-EOF` for one, but not `<<- EOF`: the lines that follow are instructions. As `heredocsFromLine` in BuildKit's
//! `frontend/dockerfile/parser/parser.go`.

use fromtier_dockerfile::parser::{Dockerfile, Node};
use fromtier_dockerfile::shell::{Lex, NoEnv};
use fromtier_policy::Trap;

use super::FoundTrap;

/// Returns the heredocs that aren't any although a later line ends them. That line is no instruction, so such a file is
/// never valid.
pub(super) fn find(file: &Dockerfile) -> Vec<FoundTrap> {
    let mut found = Vec::new();
    for (at, node) in file.nodes.iter().enumerate() {
        let later = &file.nodes[at + 1..];
        let traps = openers(node)
            .into_iter()
            .filter(|(_, name)| later.iter().any(|line| line.original.trim() == name));
        found.extend(traps.map(|(written, _)| FoundTrap {
            trap: Trap::HeredocBlank,
            fact: format!("`{written}` is not a heredoc, because of the blank after `<<-`"),
            help: format!(
                "remove the blank: <<-{}",
                &written["<<-".len()..].trim_start()
            ),
            ranges: node.location(),
            stage: None,
            written,
        }));
    }
    found
}

/// The words `<<-` of an instruction with the name behind the blank: as written, and without quotes.
fn openers(node: &Node) -> Vec<(String, String)> {
    if !node.takes_heredocs() {
        return Vec::new();
    }
    let raw = Lex {
        raw_quotes: true,
        raw_escapes: true,
        ..lex()
    };
    let words = raw.words(&node.original, &NoEnv).unwrap_or_default();
    let pairs = words.windows(2).filter_map(|pair| match pair {
        [dash, name] if dash.trim_start_matches(|c: char| c.is_ascii_digit()) == "<<-" => {
            let plain = lex().words(name, &NoEnv).ok()?.pop()?;
            Some((format!("<<- {name}"), plain))
        }
        _ => None,
    });
    pairs.collect()
}

/// Words of a heredoc always use the backslash, whatever the file's escape character.
fn lex() -> Lex {
    Lex {
        skip_unset_env: true,
        ..Lex::new('\\')
    }
}
