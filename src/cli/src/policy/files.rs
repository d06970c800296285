//! Where policies and their tables are.

use std::path::{Path, PathBuf};

use crate::lookup::{LoadError, POLICY, beside};

/// The organisation's policy, as it is called where it is kept and in the frontend image.
pub const ORGANISATION: &str = "policy.yaml";

/// The policies of paths: a file is one, a folder has a `.fromtier.yaml` or a `policy.yaml`; without a path, here.
pub fn policies(paths: &[PathBuf]) -> Vec<Result<PathBuf, LoadError>> {
    each(paths, |folder| {
        let found = [POLICY, ORGANISATION]
            .iter()
            .find_map(|name| beside(folder, name));
        match found {
            Some(path) => vec![Ok(path)],
            None => vec![Err(missing(
                folder,
                "no .fromtier.yaml and no policy.yaml in there",
            ))],
        }
    })
}

/// The tables of paths: a table is one, a policy has one beside it, a folder has those of its policies.
pub fn tables(paths: &[PathBuf]) -> Vec<Result<PathBuf, LoadError>> {
    let found = each(paths, |folder| {
        let found: Vec<_> = [POLICY, ORGANISATION]
            .iter()
            .filter_map(|name| beside(folder, &table_name(name)))
            .map(Ok)
            .collect();
        if found.is_empty() {
            let nothing = "no .fromtier.test.yaml and no policy.test.yaml in there";
            return vec![Err(missing(folder, nothing))];
        }
        found
    });
    found
        .into_iter()
        .map(|path| {
            path.map(|path| match policy_name(&path) {
                Some(_) => path,
                None => path.with_file_name(table_name(&file_name(&path))),
            })
        })
        .collect()
}

/// The policy that a table is for, by its name; `None`: it is not named as a table.
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

fn each(
    paths: &[PathBuf],
    folder: impl Fn(&Path) -> Vec<Result<PathBuf, LoadError>>,
) -> Vec<Result<PathBuf, LoadError>> {
    if paths.is_empty() {
        return folder(Path::new("."));
    }
    paths
        .iter()
        .flat_map(|path| match path.is_dir() {
            true => folder(path),
            false => vec![Ok(path.clone())],
        })
        .collect()
}

fn missing(folder: &Path, error: &str) -> LoadError {
    LoadError::Unreadable {
        path: folder.to_owned(),
        error: error.to_owned(),
    }
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
