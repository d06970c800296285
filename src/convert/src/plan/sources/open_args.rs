//! The global arguments whose values a build must give: they have no default, or one that depends on such an argument.

use std::collections::{BTreeMap, BTreeSet};

use fromtier_dockerfile::shell::{Lex, NoEnv};

use crate::converter::ParsedFile;

/// Whether the base or the platform of any stage depends on an argument that has no value.
pub(super) fn in_bases(file: &ParsedFile, build_args: &BTreeMap<String, String>) -> bool {
    let mut open = BTreeSet::new();
    for arg in file.globals.iter().flat_map(|global| &global.args) {
        let is_open = match &arg.value {
            _ if build_args.contains_key(&arg.key) => false,
            None => true,
            Some(default) => names_any(default, &file.lex, &open),
        };
        if is_open {
            open.insert(arg.key.clone());
        } else {
            open.remove(&arg.key);
        }
    }
    let words = file.stages.iter();
    words
        .flat_map(|stage| [&stage.base_name, &stage.platform])
        .any(|word| names_any(word, &file.lex, &open))
}

fn names_any(word: &str, lex: &Lex, names: &BTreeSet<String>) -> bool {
    let expansion = match lex.expand(word, &NoEnv) {
        Ok(expansion) => expansion,
        Err((_, expansion)) => *expansion,
    };
    expansion.unmatched.iter().any(|name| names.contains(name))
}
