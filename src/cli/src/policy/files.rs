//! Finds policies and their tables.

use std::path::{Path, PathBuf};

use crate::disk::RootedPath;
use crate::lookup::{LoadError, POLICY, existing_file};

/// The file name of an organization's policy.
pub const ORGANIZATION: &str = "policy.yaml";

/// The policies of paths: a file is one, and a directory has a `.fromtier.yaml` or a `policy.yaml`. The default is the current
/// directory.
pub fn policies(paths: &[PathBuf]) -> Vec<Result<RootedPath, LoadError>> {
    expand(paths, |folder| {
        let found = [POLICY, ORGANIZATION]
            .iter()
            .find_map(|name| existing_file(folder, name));
        match found {
            Some(path) => vec![Ok(path)],
            None => vec![Err(not_found(
                folder,
                "no .fromtier.yaml or policy.yaml found",
            ))],
        }
    })
}

/// The tables of paths: a table is one, a policy has one next to it, and a directory has those of its policies.
pub fn tables(paths: &[PathBuf]) -> Vec<Result<RootedPath, LoadError>> {
    let found = expand(paths, |folder| {
        let found: Vec<_> = [POLICY, ORGANIZATION]
            .iter()
            .filter_map(|name| existing_file(folder, &table_name(name)))
            .map(Ok)
            .collect();
        if found.is_empty() {
            let nothing = "no .fromtier.test.yaml or policy.test.yaml found";
            return vec![Err(not_found(folder, nothing))];
        }
        found
    });
    found
        .into_iter()
        .map(|path| {
            path.map(|path| match policy_name(path.shown()) {
                Some(_) => path,
                None => path.sibling(table_name(&file_name(path.shown()))),
            })
        })
        .collect()
}

/// The file name of a table's policy; `None` if the file is not named as a table.
pub fn policy_name(table: &Path) -> Option<String> {
    let name = file_name(table);
    [".test.yaml", ".test.yml"].iter().find_map(|end| {
        let stem = name.strip_suffix(end)?;
        Some(format!("{stem}{}", end.trim_start_matches(".test")))
    })
}

fn table_name(policy: &str) -> String {
    match policy.rsplit_once('.') {
        Some((stem, end)) => format!("{stem}.test.{end}"),
        None => format!("{policy}.test.yaml"),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn expand(
    paths: &[PathBuf],
    folder: impl Fn(&RootedPath) -> Vec<Result<RootedPath, LoadError>>,
) -> Vec<Result<RootedPath, LoadError>> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here } else { paths };
    let found = paths.iter().flat_map(|path| match RootedPath::named(path) {
        Ok(named) if named.is_directory() => folder(&named),
        Ok(named) => vec![Ok(named)],
        Err(error) => vec![Err(LoadError::unreadable(path, error))],
    });
    found.collect()
}

fn not_found(folder: &RootedPath, error: &str) -> LoadError {
    LoadError::unreadable(folder.shown_or_dot(), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_named_after_its_policy() {
        for (policy, table) in [
            (".fromtier.yaml", ".fromtier.test.yaml"),
            ("policy.yaml", "policy.test.yaml"),
            ("policy.yml", "policy.test.yml"),
        ] {
            assert_eq!(table_name(policy), table);
            assert_eq!(policy_name(Path::new(table)).as_deref(), Some(policy));
        }
        assert_eq!(policy_name(Path::new("a/policy.yaml")), None);
    }
}
