//! A type name is used once in a crate: a reader who meets it knows which type it is.

use std::collections::BTreeMap;

use syn::visit::Visit;

use super::Violation;
use super::source::{SourceFile, attributes_of, is_for_tests, line_of};

/// Checks the files of one crate, without its tests.
pub fn check(files: &[&SourceFile]) -> Vec<Violation> {
    let mut types = Types::default();
    for (index, file) in files.iter().enumerate() {
        types.file = index;
        types.visit_file(&file.syntax);
    }
    let mut violations = Vec::new();
    for (name, places) in types.places {
        let Some(((first, line), others)) = places.split_first() else {
            continue;
        };
        for (file, other_line) in others {
            violations.push(Violation {
                file: files[*file].path.clone(),
                line: *other_line,
                message: format!(
                    "the crate has another `{name}` at {}:{line}; give one of them a longer name",
                    files[*first].path.display()
                ),
            });
        }
    }
    violations
}

/// Each type's name with its places: file and line.
#[derive(Default)]
struct Types {
    file: usize,
    places: BTreeMap<String, Vec<(usize, usize)>>,
}

impl Types {
    fn add(&mut self, name: &syn::Ident) {
        let places = self.places.entry(name.to_string()).or_default();
        places.push((self.file, line_of(name)));
    }
}

impl<'ast> Visit<'ast> for Types {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if is_for_tests(attributes_of(item)) {
            return;
        }
        match item {
            syn::Item::Struct(item) => self.add(&item.ident),
            syn::Item::Enum(item) => self.add(&item.ident),
            syn::Item::Union(item) => self.add(&item.ident),
            syn::Item::Trait(item) => self.add(&item.ident),
            syn::Item::Type(item) => self.add(&item.ident),
            _ => {}
        }
        syn::visit::visit_item(self, item);
    }
}
