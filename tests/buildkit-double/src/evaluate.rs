//! The files of a graph, as far as a frontend reads any: sources and file operations, but nothing that is run.

use std::collections::BTreeMap;

use fromtier_proto::{Message, pb};
use sha2::{Digest, Sha256};

use crate::case::{Case, Entry, Tree};

/// The files of a graph's result.
///
/// # Errors
/// BuildKit's error, or that this double doesn't know the operation.
pub(crate) fn evaluate(case: &Case, definition: &pb::Definition) -> Result<Tree, String> {
    let mut ops = BTreeMap::new();
    let mut last = None;
    for bytes in &definition.def {
        let op = pb::Op::decode(bytes.as_slice()).map_err(|err| err.to_string())?;
        let digest = format!("sha256:{:x}", Sha256::digest(bytes));
        last = Some(op.clone());
        ops.insert(digest, op);
    }
    match last.and_then(|op| op.inputs.into_iter().next()) {
        None => Ok(Tree::default()),
        Some(head) => Evaluation { case, ops }.output(&head),
    }
}

struct Evaluation<'a> {
    case: &'a Case,
    ops: BTreeMap<String, pb::Op>,
}

impl Evaluation<'_> {
    fn output(&self, input: &pb::Input) -> Result<Tree, String> {
        let op = self
            .ops
            .get(&input.digest)
            .ok_or_else(|| format!("no operation {}", input.digest))?;
        match &op.op {
            Some(pb::op::Op::Source(source)) => self.source(source),
            Some(pb::op::Op::File(file)) => self.file(op, file, input.index),
            Some(pb::op::Op::Merge(_)) => {
                let mut all = Tree::default();
                for input in &op.inputs {
                    all.merge("", &self.output(input)?);
                }
                Ok(all)
            }
            _ => Err("the test double runs no commands".to_owned()),
        }
    }

    fn source(&self, source: &pb::SourceOp) -> Result<Tree, String> {
        if let Some(name) = source.identifier.strip_prefix("local://") {
            let tree = self
                .case
                .locals
                .get(name)
                .ok_or_else(|| format!("no local sources enabled for {name}"))?;
            let list = |attr: &str| -> Option<Vec<String>> {
                serde_json::from_str(source.attrs.get(attr)?).ok()
            };
            let wanted: Vec<_> = ["local.followpaths", "local.includepattern"]
                .iter()
                .filter_map(|attr| list(attr))
                .flatten()
                .collect();
            return Ok(if wanted.is_empty() {
                tree.clone()
            } else {
                tree.filter(|path| wanted.iter().any(|pattern| matches(pattern, path)))
            });
        }
        if source.identifier.starts_with("docker-image://")
            || source.identifier.starts_with("oci-layout://")
        {
            return Ok(Tree::default());
        }
        let remote = self
            .case
            .remotes
            .get(&source.identifier)
            .ok_or_else(|| format!("nothing is at {}", source.identifier))?;
        let Some(data) = &remote.data else {
            if source.identifier.starts_with("http") {
                // An archive of these files: its own bytes need only look like one.
                let mut tree = Tree::default();
                tree.insert_file(&http_filename(source), [0x1f, 0x8b, 0x08]);
                return Ok(tree);
            }
            return Ok(remote.tree.clone());
        };
        let mut tree = Tree::default();
        tree.insert_file(&http_filename(source), data.clone());
        Ok(tree)
    }

    /// The tree that an archive unpacks to.
    fn unpacked(&self, op: &pb::Op, input: i64) -> Option<&Tree> {
        let input = op.inputs.get(usize::try_from(input).ok()?)?;
        match &self.ops.get(&input.digest)?.op {
            Some(pb::op::Op::Source(source)) => {
                let remote = self.case.remotes.get(&source.identifier)?;
                (!remote.tree.is_empty()).then_some(&remote.tree)
            }
            _ => None,
        }
    }

    fn file(&self, op: &pb::Op, file: &pb::FileOp, output: i64) -> Result<Tree, String> {
        use pb::file_action::Action;
        let mut outputs: Vec<Tree> = Vec::new();
        let mut result = None;
        for action in &file.actions {
            let find = |index: i64| -> Result<Tree, String> {
                let Ok(index) = usize::try_from(index) else {
                    return Ok(Tree::default());
                };
                match op.inputs.get(index) {
                    Some(input) => self.output(input),
                    None => outputs
                        .get(index - op.inputs.len())
                        .cloned()
                        .ok_or_else(|| format!("no output {index}")),
                }
            };
            let mut tree = find(action.input)?;
            match &action.action {
                Some(Action::Copy(copy)) => {
                    let from = find(action.secondary_input)?;
                    let archive = self.unpacked(op, action.secondary_input);
                    match (archive, from.read(&copy.src)) {
                        (Some(files), _) if copy.attempt_unpack => tree.merge(&copy.dest, files),
                        (_, Ok(data)) => {
                            let name = copy.src.rsplit('/').next().unwrap_or_default();
                            let dest = if copy.dest.ends_with('/') {
                                format!("{}{name}", copy.dest)
                            } else {
                                copy.dest.clone()
                            };
                            tree.insert_file(&dest, data);
                        }
                        (_, Err(_)) => tree.merge(&copy.dest, &from.below(&copy.src)),
                    }
                }
                Some(Action::Mkfile(file)) => tree.insert(
                    &file.path,
                    Entry::File {
                        data: file.data.clone(),
                        mode: file.mode as u32,
                    },
                ),
                Some(Action::Mkdir(dir)) => tree.insert(&dir.path, Entry::Dir),
                Some(Action::Symlink(link)) => {
                    tree.insert(&link.newpath, Entry::Symlink(link.oldpath.clone()));
                }
                Some(Action::Rm(_)) | None => {}
            }
            if action.output == output {
                result = Some(tree.clone());
            }
            outputs.push(tree);
        }
        result.ok_or_else(|| format!("no output {output}"))
    }
}

fn http_filename(source: &pb::SourceOp) -> String {
    source
        .attrs
        .get("http.filename")
        .cloned()
        .unwrap_or_else(|| {
            let path = source.identifier.split(['?', '#']).next();
            let name = path.and_then(|path| path.rsplit('/').next());
            name.filter(|name| !name.is_empty())
                .unwrap_or("download")
                .to_owned()
        })
}

/// Whether a path matches a pattern, or is below one that does. `*` is any run of characters.
fn matches(pattern: &str, path: &str) -> bool {
    let pattern = pattern.trim_start_matches('/');
    fn whole(pattern: &[u8], text: &[u8]) -> bool {
        match pattern {
            [] => text.is_empty(),
            [b'*', rest @ ..] => (0..=text.len()).any(|i| whole(rest, &text[i..])),
            [first, rest @ ..] => text.first() == Some(first) && whole(rest, &text[1..]),
        }
    }
    whole(pattern.as_bytes(), path.as_bytes())
        || path
            .strip_prefix(pattern)
            .is_some_and(|rest| rest.starts_with('/'))
}
