//! A planted difference is found, and only it.

use fromtier_proto::pb;

use super::*;
use crate::fixtures::{digest_of, input, local_context, operation, result_of, source_at};

/// A frontend that ran `RUN` on a local directory and gave one warning.
fn recording(plant: impl Fn(&mut pb::Op, &mut pb::OpMetadata, &mut gw::WarnRequest)) -> Recording {
    let source = local_context(&[]);
    let mut exec = pb::Op {
        inputs: vec![input(&source)],
        op: Some(pb::op::Op::Exec(pb::ExecOp {
            meta: Some(pb::Meta {
                args: vec!["make".into()],
                ..Default::default()
            }),
            ..Default::default()
        })),
        ..Default::default()
    };
    let mut metadata = pb::OpMetadata {
        description: BTreeMap::from([("llb.customname".into(), "RUN make".into())]),
        ..Default::default()
    };
    let mut warning = gw::WarnRequest {
        short: b"careful".to_vec(),
        level: 1,
        ..Default::default()
    };
    plant(&mut exec, &mut metadata, &mut warning);
    let exec = exec.encode_to_vec();
    let digest = digest_of(&exec);
    let last = operation(&[&exec], pb::op::Op::File(pb::FileOp::default()));
    let result = result_of(&last);
    let definition = pb::Definition {
        def: vec![source, exec, last, result],
        source: Some(source_at(&digest, 2)),
        metadata: BTreeMap::from([(digest, metadata)]),
    };
    let id = "ref-0".to_owned();
    Recording {
        calls: vec![
            Call::Solve {
                id: id.clone(),
                request: gw::SolveRequest {
                    definition: Some(definition),
                    ..Default::default()
                },
            },
            Call::Warn(warning),
        ],
        outcome: Outcome::Result(gw::Result {
            result: Some(gw::result::Result::Ref(gw::Ref { id, def: None })),
            ..Default::default()
        }),
        exit_code: Some(0),
        ..Default::default()
    }
}

fn paths(right: &Recording) -> Vec<String> {
    compare(&recording(|_, _, _| {}), right)
        .into_iter()
        .map(|difference| difference.path)
        .collect()
}

#[test]
fn the_same_is_the_same() {
    assert_eq!(paths(&recording(|_, _, _| {})), Vec::<String>::new());
}

#[test]
fn a_changed_argument_is_named_by_operation_field_and_line_and_only_once() {
    let planted = recording(|op, _, _| {
        if let Some(pb::op::Op::Exec(exec)) = &mut op.op {
            exec.meta.as_mut().unwrap().args[0] = "ninja".into();
        }
    });
    assert_eq!(
        paths(&planted),
        ["graph//exec \"RUN make\" (Dockerfile:2)/op/Exec/meta/args[0]"]
    );
}

#[test]
fn metadata_counts_though_no_digest_changes() {
    let planted = recording(|_, metadata, _| metadata.ignore_cache = true);
    assert_eq!(
        paths(&planted),
        ["graph//exec \"RUN make\" (Dockerfile:2)/metadata/ignore_cache"]
    );
}

#[test]
fn a_warning_that_only_one_gives_is_named() {
    let planted = recording(|_, _, warning| warning.short = b"beware".to_vec());
    assert_eq!(paths(&planted), ["warnings/careful", "warnings/beware"]);
    let planted = recording(|_, _, warning| warning.url = "https://example.com".into());
    assert_eq!(paths(&planted), ["warnings/careful/url"]);
}

#[test]
fn an_error_instead_of_a_result_is_one_difference() {
    let mut planted = recording(|_, _, _| {});
    planted.outcome = Outcome::Error(gw::Status {
        message: "no".into(),
        ..Default::default()
    });
    assert_eq!(paths(&planted)[0], "outcome");
    let mut endless = recording(|_, _, _| {});
    endless.outcome = Outcome::Nothing;
    endless.exit_code = None;
    let found = compare(&endless, &planted);
    assert_eq!(found[0].path, "outcome/without end, no");
    assert_eq!(compare(&planted, &endless)[0].path, "outcome");
}

#[test]
fn calls_of_a_check_that_fails_on_the_way_are_a_matter_of_time() {
    let with = |answer: &str, asked: bool| {
        let mut out = recording(|_, _, _| {});
        if let Outcome::Result(result) = &mut out.outcome {
            let answer = answer.as_bytes().to_vec();
            result.metadata.insert("result.json".to_owned(), answer);
        }
        if asked {
            out.calls.push(Call::Unknown("Asked".to_owned()));
        }
        out
    };
    let failed = "{\"warnings\":[],\"buildError\":{\"message\":\"no\"}}";
    assert_eq!(compare(&with(failed, false), &with(failed, true)), []);
    let clean = "{\"warnings\":[]}";
    assert_eq!(compare(&with(clean, false), &with(clean, true)).len(), 1);
}
