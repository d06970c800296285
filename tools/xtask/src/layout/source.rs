//! Rust files, read and parsed.

use std::io;
use std::path::{Path, PathBuf};

use syn::spanned::Spanned;

/// A parsed file.
pub struct SourceFile {
    /// From the top of the repository.
    pub path: PathBuf,
    pub text: String,
    pub syntax: syn::File,
}

/// Reads all Rust files below a folder, in order. A missing folder has none; what was built is left out.
pub fn read_folder(root: &Path, folder: &Path, files: &mut Vec<SourceFile>) -> io::Result<()> {
    let Ok(entries) = std::fs::read_dir(root.join(folder)) else {
        return Ok(());
    };
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(folder.join(entry?.file_name()));
    }
    paths.sort();
    for path in paths {
        if root.join(&path).is_dir() {
            if !path.ends_with("target") {
                read_folder(root, &path, files)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(root.join(&path))?;
            let syntax = syn::parse_file(&text).map_err(|error| {
                let line = error.span().start().line;
                io::Error::other(format!("{}:{line}: {error}", path.display()))
            })?;
            files.push(SourceFile { path, text, syntax });
        }
    }
    Ok(())
}

/// The line that a piece of syntax starts on, counted from 1.
pub fn line_of(syntax: &impl Spanned) -> usize {
    syntax.span().start().line
}

/// Whether an item is compiled for tests only.
pub fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Meta>()
                .is_ok_and(|meta| mentions_test(&meta))
    })
}

fn mentions_test(meta: &syn::Meta) -> bool {
    match meta {
        syn::Meta::Path(path) => path.is_ident("test"),
        syn::Meta::List(list) if list.path.is_ident("all") => list
            .parse_args_with(
                syn::punctuated::Punctuated::<syn::Meta, syn::Token![,]>::parse_terminated,
            )
            .is_ok_and(|parts| parts.iter().any(mentions_test)),
        _ => false,
    }
}

/// The attributes of an item.
pub fn attributes_of(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Union(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
