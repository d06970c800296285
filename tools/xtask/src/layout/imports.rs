//! The order of imports: `std`, other crates, then this crate's own, with an empty line between the groups.

use syn::spanned::Spanned;

use super::Violation;
use super::source::{SourceFile, line_of};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Std,
    OtherCrate,
    OwnCrate,
}

pub fn check(file: &SourceFile) -> Vec<Violation> {
    let mut violations = Vec::new();
    check_items(file, &file.syntax.items, &mut violations);
    violations
}

fn check_items(file: &SourceFile, items: &[syn::Item], violations: &mut Vec<Violation>) {
    let mut previous: Option<(Group, usize)> = None;
    for item in items {
        match item {
            // Re-exports may be where they explain most.
            syn::Item::Use(import) if matches!(import.vis, syn::Visibility::Inherited) => {
                let group = group_of(&import.tree);
                let first = import
                    .attrs
                    .first()
                    .map_or_else(|| line_of(import), line_of);
                if let Some((before, end)) = previous {
                    let gap = first > end + 1;
                    let problem = if group < before {
                        Some("imports are out of order")
                    } else if group != before && !gap {
                        Some("an empty line is missing between groups of imports")
                    } else if group == before && only_empty(file, end, first) {
                        Some("an empty line is inside a group of imports")
                    } else {
                        None
                    };
                    violations.extend(problem.map(|problem| Violation {
                        file: file.path.clone(),
                        line: first,
                        message: format!(
                            "{problem}; the order is `std`, other crates, `crate` and `super`, \
                             with an empty line between groups"
                        ),
                    }));
                }
                previous = Some((group, import.span().end().line));
            }
            syn::Item::Mod(module) => {
                if let Some((_, items)) = &module.content {
                    check_items(file, items, violations);
                }
            }
            _ => {}
        }
    }
}

/// Whether there is at least one line between two lines, and all of them are empty.
fn only_empty(file: &SourceFile, end: usize, start: usize) -> bool {
    let between = file.text.lines().skip(end).take(start - end - 1);
    start > end + 1 && between.into_iter().all(|line| line.trim().is_empty())
}

/// As rustfmt's `group_imports` has it: a path that starts with a module of this file counts as another crate's.
fn group_of(tree: &syn::UseTree) -> Group {
    let first = match tree {
        syn::UseTree::Path(path) => path.ident.to_string(),
        syn::UseTree::Name(name) => name.ident.to_string(),
        syn::UseTree::Rename(rename) => rename.ident.to_string(),
        syn::UseTree::Glob(_) | syn::UseTree::Group(_) => String::new(),
    };
    match first.as_str() {
        "std" | "core" | "alloc" => Group::Std,
        "crate" | "super" | "self" => Group::OwnCrate,
        _ => Group::OtherCrate,
    }
}
