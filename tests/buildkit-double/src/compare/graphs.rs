//! Differences between the graphs of two results.
//!
//! Both are walked from their results towards their sources, so that one changed operation is named once, and not again in
//! everything that was built on it.

use std::collections::BTreeSet;

use fromtier_proto::pb;
use serde_json::{Value, json};

use super::{Difference, values};
use crate::graph::{Graph, Vertex, to_value};
use crate::record::Recording;

pub(super) fn compare_refs(left: &Recording, right: &Recording, out: &mut Vec<Difference>) {
    let (l, r) = (left.refs(), right.refs());
    let platforms: BTreeSet<_> = l.keys().chain(r.keys()).collect();
    for platform in platforms {
        let path = format!("graph/{platform}");
        let found = |refs: &std::collections::BTreeMap<String, String>, recording: &Recording| {
            let id = refs.get(platform)?;
            Some(recording.definition(id).cloned().unwrap_or_default())
        };
        match (found(&l, left), found(&r, right)) {
            (Some(l), Some(r)) => compare_definitions(&path, &l, &r, out),
            (l, r) => out.push(Difference {
                path,
                left: present(l.is_some()),
                right: present(r.is_some()),
            }),
        }
    }
}

fn present(is: bool) -> String {
    if is { "there" } else { "nothing" }.to_owned()
}

pub(super) fn compare_definitions(
    path: &str,
    left: &pb::Definition,
    right: &pb::Definition,
    out: &mut Vec<Difference>,
) {
    match (Graph::decode(left), Graph::decode(right)) {
        (Ok(left), Ok(right)) => Walk {
            path,
            left: &left,
            right: &right,
            seen: BTreeSet::new(),
            out,
        }
        .run(),
        (l, r) => {
            let say = |graph: Result<Graph, String>| match graph {
                Ok(_) => "a graph".to_owned(),
                Err(err) => format!("broken: {err}"),
            };
            out.push(Difference {
                path: path.to_owned(),
                left: say(l),
                right: say(r),
            });
        }
    }
}

struct Walk<'a> {
    path: &'a str,
    left: &'a Graph,
    right: &'a Graph,
    seen: BTreeSet<(usize, usize)>,
    out: &'a mut Vec<Difference>,
}

impl Walk<'_> {
    fn run(mut self) {
        match (self.left.head, self.right.head) {
            (Some((l, l_output)), Some((r, r_output))) => {
                values::diff(
                    &format!("{}/result output", self.path),
                    &json!(l_output),
                    &json!(r_output),
                    self.out,
                );
                // Deep graphs are chains of thousands: no recursion.
                let mut pairs = vec![(l, r)];
                while let Some((l, r)) = pairs.pop() {
                    if self.seen.insert((l, r)) {
                        self.pair(l, r, &mut pairs);
                    }
                }
                let order = |graph: &Graph| -> Vec<String> {
                    graph.vertices.iter().map(|v| v.digest.clone()).collect()
                };
                let (l, r) = (order(self.left), order(self.right));
                let set = |order: &[String]| order.iter().cloned().collect::<BTreeSet<_>>();
                if l != r && set(&l) == set(&r) {
                    self.out.push(Difference {
                        path: format!("{}/order of operations", self.path),
                        left: format!("{l:?}"),
                        right: format!("{r:?}"),
                    });
                }
            }
            (None, None) => {}
            (l, r) => {
                let say = |head: Option<_>| match head {
                    Some(_) => "operations",
                    None => "an empty filesystem",
                };
                self.out.push(Difference {
                    path: self.path.to_owned(),
                    left: say(l).to_owned(),
                    right: say(r).to_owned(),
                });
            }
        }
        let path = format!("{}/last", self.path);
        values::diff(&path, &self.left.last, &self.right.last, self.out);
        let files = |graph: &Graph| Value::Array(graph.files.clone());
        let path = format!("{}/files", self.path);
        values::diff(&path, &files(self.left), &files(self.right), self.out);
    }

    fn pair(&mut self, l: usize, r: usize, pairs: &mut Vec<(usize, usize)>) {
        let (left, right) = (&self.left.vertices[l], &self.right.vertices[r]);
        let path = title(self.path, left);
        values::diff(
            &format!("{path}/metadata"),
            &to_value(&left.metadata),
            &to_value(&right.metadata),
            self.out,
        );
        values::diff(
            &format!("{path}/lines"),
            &json!(left.places),
            &json!(right.places),
            self.out,
        );
        values::diff(
            &format!("{path}/well encoded"),
            &json!(left.well_encoded),
            &json!(right.well_encoded),
            self.out,
        );
        if left.digest != right.digest {
            if left.kind() != right.kind() {
                self.out.push(Difference {
                    path,
                    left: format!("{} {:?}", left.kind(), left.name()),
                    right: format!("{} {:?}", right.kind(), right.name()),
                });
                return;
            }
            values::diff(
                &path,
                &without_digests(left),
                &without_digests(right),
                self.out,
            );
            if left.inputs.len() != right.inputs.len() {
                let names = |graph: &Graph, vertex: &Vertex| {
                    let names = vertex.inputs.iter().map(|i| graph.vertices[*i].name());
                    names.collect::<Vec<_>>().join(", ")
                };
                self.out.push(Difference {
                    path: format!("{path}/number of inputs"),
                    left: names(self.left, left),
                    right: names(self.right, right),
                });
                return;
            }
        }
        pairs.extend(
            left.inputs
                .iter()
                .copied()
                .zip(right.inputs.iter().copied()),
        );
    }
}

fn title(path: &str, vertex: &Vertex) -> String {
    let line = vertex.line();
    let line = if line.is_empty() {
        line
    } else {
        format!(" ({line})")
    };
    format!("{path}/{} {:?}{line}", vertex.kind(), vertex.name())
}

/// The operation with only the output numbers of its inputs.
fn without_digests(vertex: &Vertex) -> Value {
    let mut op = vertex.op.clone();
    for input in &mut op.inputs {
        input.digest.clear();
    }
    to_value(&op)
}
