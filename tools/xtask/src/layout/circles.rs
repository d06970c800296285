//! No circle of files within a crate: a reader can read the files that a file uses first.
//!
//! A file uses another when it names something in it by a path that starts with `crate`, `super` or `self`. Re-exports are
//! followed to the definition. A module and the files below it may use each other. Tests don't count.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use syn::visit::Visit;

use super::Violation;
use super::source::{SourceFile, attributes_of, is_for_tests, line_of};

/// Files that may use each other in a circle, by crate: the vertices of a graph name each other.
const ALLOWED: [(&str, &[&str]); 1] = [(
    "llb",
    &["exec", "exec::vertex", "file", "graph", "input", "state"],
)];

/// A module's path in its crate; the root is empty.
type ModulePath = Vec<String>;

pub fn check(name: &str, folder: &Path, files: &[&SourceFile]) -> Vec<Violation> {
    let tree = ModuleTree::new(folder, files);
    let mut uses: BTreeMap<usize, BTreeMap<usize, usize>> = BTreeMap::new();
    for (index, file) in files.iter().enumerate() {
        let Some(module) = tree.paths.get(index).and_then(Option::as_ref) else {
            continue;
        };
        let mut visitor = Uses {
            tree: &tree,
            module: module.clone(),
            found: BTreeMap::new(),
        };
        visitor.visit_file(&file.syntax);
        let is_elsewhere = |other: &usize| {
            let other = tree.paths.get(*other).and_then(Option::as_ref);
            other.is_some_and(|other| !other.starts_with(module) && !module.starts_with(other))
        };
        let found = visitor.found.into_iter();
        uses.insert(index, found.filter(|(to, _)| is_elsewhere(to)).collect());
    }
    let circles = circles(&uses);
    let allowed = |circle: &BTreeSet<usize>| {
        circle.iter().all(|index| {
            let module = tree.paths.get(*index).and_then(Option::as_ref);
            let module = module.map(|module| module.join("::")).unwrap_or_default();
            (ALLOWED.iter()).any(|(own, files)| *own == name && files.contains(&module.as_str()))
        })
    };
    let circles = circles.iter().filter(|circle| !allowed(circle));
    circles.map(|circle| report(circle, &uses, files)).collect()
}

/// One violation for a circle, at the first import of its first file.
fn report(
    circle: &BTreeSet<usize>,
    uses: &BTreeMap<usize, BTreeMap<usize, usize>>,
    files: &[&SourceFile],
) -> Violation {
    let mut edges = Vec::new();
    for from in circle {
        let targets = uses.get(from).into_iter().flatten();
        for (to, line) in targets.filter(|(to, _)| circle.contains(to)) {
            edges.push((*from, *line, *to));
        }
    }
    let (first, line) = edges
        .first()
        .map_or((0, 1), |(from, line, _)| (*from, *line));
    let shown: Vec<String> = edges
        .iter()
        .map(|(from, line, to)| {
            let (from, to) = (files[*from].path.display(), files[*to].path.display());
            format!("{from}:{line} uses {to}")
        })
        .collect();
    Violation {
        file: files[first].path.clone(),
        line,
        message: format!(
            "{} files use each other in a circle; move what they share to a file of its own:\n  {}",
            circle.len(),
            shown.join("\n  ")
        ),
    }
}

/// The modules of a crate and what they export again.
struct ModuleTree {
    /// The module of each file; none for what is no module of the library or program, and for tests.
    paths: Vec<Option<ModulePath>>,
    by_path: BTreeMap<ModulePath, usize>,
    /// For each file, names that it exports again, with the paths that they come from.
    exports: Vec<BTreeMap<String, ModulePath>>,
}

impl ModuleTree {
    fn new(folder: &Path, files: &[&SourceFile]) -> ModuleTree {
        let modules: Vec<ModulePath> = files.iter().map(|file| module_of(folder, file)).collect();
        let tests = test_modules(&modules, files);
        let is_test = |module: &ModulePath| tests.iter().any(|test| module.starts_with(test));
        let paths: Vec<Option<ModulePath>> = modules
            .into_iter()
            .map(|module| (!is_test(&module)).then_some(module))
            .collect();
        let mut by_path = BTreeMap::new();
        for (index, path) in paths.iter().enumerate() {
            if let Some(path) = path {
                by_path.insert(path.clone(), index);
            }
        }
        let exports = files.iter().zip(&paths).map(|(file, path)| match path {
            Some(path) => exports_of(file, path),
            None => BTreeMap::new(),
        });
        ModuleTree {
            exports: exports.collect(),
            paths,
            by_path,
        }
    }

    /// The file in which the thing that a whole path names is defined.
    fn file_of(&self, path: &[String]) -> Option<usize> {
        let mut path = path.to_vec();
        // Exports of exports: no crate has chains as long as this.
        for _ in 0..8 {
            let length = (0..=path.len())
                .rev()
                .find(|length| self.by_path.contains_key(&path[..*length]))?;
            let index = *self.by_path.get(&path[..length])?;
            let source = path
                .get(length)
                .and_then(|name| self.exports.get(index)?.get(name));
            match source {
                Some(source) => {
                    let rest = path.split_off(length + 1);
                    path.clone_from(source);
                    path.extend(rest);
                }
                None => return Some(index),
            }
        }
        None
    }
}

/// `src/a/b.rs` and `src/a/b/mod.rs` are `a::b`; `src/lib.rs` and `src/main.rs` are the root.
fn module_of(folder: &Path, file: &SourceFile) -> ModulePath {
    let path = file.path.strip_prefix(folder).unwrap_or(&file.path);
    let path = path.with_extension("");
    let mut parts: ModulePath = path
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if matches!(
        parts.last().map(String::as_str),
        Some("mod" | "lib" | "main")
    ) {
        parts.pop();
    }
    parts
}

/// The modules that are declared for tests only.
fn test_modules(modules: &[ModulePath], files: &[&SourceFile]) -> Vec<ModulePath> {
    let mut found = Vec::new();
    for (module, file) in modules.iter().zip(files) {
        for item in &file.syntax.items {
            if let syn::Item::Mod(declared) = item
                && is_for_tests(&declared.attrs)
            {
                let mut path = module.clone();
                path.push(declared.ident.to_string());
                found.push(path);
            }
        }
    }
    found
}

fn exports_of(file: &SourceFile, module: &ModulePath) -> BTreeMap<String, ModulePath> {
    let mut exports = BTreeMap::new();
    for item in &file.syntax.items {
        if let syn::Item::Use(import) = item
            && !matches!(import.vis, syn::Visibility::Inherited)
        {
            let mut leaves = Vec::new();
            flatten(&import.tree, &mut Vec::new(), &mut leaves);
            for (path, name) in leaves {
                // A path without a start is of a module below, or of another crate: that resolves to nothing here.
                if let Some(path) = whole_path(&path, module).or_else(|| below(&path, module)) {
                    exports.insert(name, path);
                }
            }
        }
    }
    exports
}

fn below(path: &[String], module: &[String]) -> Option<ModulePath> {
    Some(module.iter().chain(path).cloned().collect())
}

/// Each path of a `use`, with the name that it has here.
fn flatten(tree: &syn::UseTree, prefix: &mut ModulePath, leaves: &mut Vec<(ModulePath, String)>) {
    let mut leaf = |ident: &syn::Ident, shown: &syn::Ident, prefix: &ModulePath| {
        let mut path = prefix.clone();
        if ident != "self" {
            path.push(ident.to_string());
        }
        leaves.push((path, shown.to_string()));
    };
    match tree {
        syn::UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            flatten(&path.tree, prefix, leaves);
            prefix.pop();
        }
        syn::UseTree::Name(name) => leaf(&name.ident, &name.ident, prefix),
        syn::UseTree::Rename(rename) => leaf(&rename.ident, &rename.rename, prefix),
        syn::UseTree::Glob(_) => leaves.push((prefix.clone(), "*".to_owned())),
        syn::UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, prefix, leaves);
            }
        }
    }
}

/// A path from the crate's root; none for one that doesn't start with `crate`, `super` or `self`.
fn whole_path(path: &[String], module: &[String]) -> Option<ModulePath> {
    let (first, mut rest) = path.split_first()?;
    let mut base = match first.as_str() {
        "crate" => Vec::new(),
        "self" => module.to_vec(),
        "super" => {
            let mut base = module.to_vec();
            base.pop()?;
            base
        }
        _ => return None,
    };
    while let Some((next, others)) = rest.split_first()
        && next == "super"
    {
        base.pop()?;
        rest = others;
    }
    base.extend(rest.iter().cloned());
    Some(base)
}

/// The files that a file uses, each with the first line that names something in it.
struct Uses<'a> {
    tree: &'a ModuleTree,
    module: ModulePath,
    found: BTreeMap<usize, usize>,
}

impl Uses<'_> {
    fn add(&mut self, path: &[String], line: usize) {
        let whole = whole_path(path, &self.module);
        if let Some(index) = whole.and_then(|path| self.tree.file_of(&path)) {
            self.found.entry(index).or_insert(line);
        }
    }
}

impl<'ast> Visit<'ast> for Uses<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if is_for_tests(attributes_of(item)) {
            return;
        }
        match item {
            syn::Item::Use(import) => {
                let mut leaves = Vec::new();
                flatten(&import.tree, &mut Vec::new(), &mut leaves);
                for (path, _) in leaves {
                    self.add(&path, line_of(import));
                }
            }
            // An inline module is a level of its own for `super`.
            syn::Item::Mod(module) if module.content.is_some() => {
                self.module.push(module.ident.to_string());
                syn::visit::visit_item(self, item);
                self.module.pop();
            }
            _ => syn::visit::visit_item(self, item),
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        self.add(&parts, line_of(path));
        syn::visit::visit_path(self, path);
    }
}

/// Groups of files that reach each other (strongly connected components of more than one file).
fn circles(uses: &BTreeMap<usize, BTreeMap<usize, usize>>) -> Vec<BTreeSet<usize>> {
    let reached: BTreeMap<usize, BTreeSet<usize>> = uses
        .keys()
        .map(|start| (*start, reached_from(*start, uses)))
        .collect();
    let mut found: Vec<BTreeSet<usize>> = Vec::new();
    for (start, targets) in &reached {
        if !targets.contains(start) || found.iter().any(|circle| circle.contains(start)) {
            continue;
        }
        let back = |other: &&usize| reached.get(other).is_some_and(|set| set.contains(start));
        found.push(targets.iter().filter(back).copied().collect());
    }
    found
}

fn reached_from(start: usize, uses: &BTreeMap<usize, BTreeMap<usize, usize>>) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![start];
    while let Some(from) = waiting.pop() {
        for to in uses.get(&from).into_iter().flat_map(BTreeMap::keys) {
            if reached.insert(*to) {
                waiting.push(*to);
            }
        }
    }
    reached
}
