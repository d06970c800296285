#![allow(clippy::unwrap_used)]
use fromtier_dockerfile::shell::{Env, Lex};

use super::*;
use crate::vars::PlannedVars;

fn arg(key: &str, default: Option<&str>) -> ArgDef {
    ArgDef {
        key: key.to_owned(),
        value: default.map(str::to_owned),
        doc_comment: String::new(),
    }
}

fn expand<V: Env>(variables: &V, word: &str) -> Result<String> {
    let expanded = Lex::new('\\').expand(word, variables);
    expanded.map(|e| e.result).map_err(|(e, _)| e)
}

fn pair(key: &str, value: &str) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: value.to_owned(),
        no_delim: false,
    }
}

#[test]
fn the_build_goes_before_the_default_and_the_default_before_the_global_value() {
    let given = BTreeMap::from([("A".to_owned(), "given".to_owned())]);
    let mut globals = Vars::default();
    Variables::set(&mut globals, "A", "global");
    Variables::set(&mut globals, "B", "global");
    let scope = ArgScope::of_stage(&given, &globals);
    let mut vars = Vars::default();
    let mut declare = |key, default| scope.declare(&arg(key, default), &mut vars, expand);
    let value = |declared: Result<DeclaredArg>| declared.unwrap().value;
    assert_eq!(value(declare("A", Some("default"))).unwrap(), "given");
    assert_eq!(value(declare("B", Some("of $A"))).unwrap(), "of given");
    let inherited = declare("B", None).unwrap();
    assert!(inherited.is_inherited);
    assert_eq!(inherited.value.unwrap(), "global");
    assert_eq!(value(declare("C", None)), None);
}

#[test]
fn a_default_that_fails_is_an_error_although_there_is_a_global_value() {
    let given = BTreeMap::new();
    let mut globals = Vars::default();
    Variables::set(&mut globals, "A", "global");
    let scope = ArgScope::of_stage(&given, &globals);
    let mut vars = Vars::default();
    assert!(
        scope
            .declare(&arg("A", Some("${B:?}")), &mut vars, expand)
            .is_err()
    );
    assert_eq!(vars.get("A"), None);
}

#[test]
fn arguments_that_steer_the_converter_stay_out_of_stages() {
    let (given, globals) = (BTreeMap::new(), Vars::default());
    let mut vars = Vars::default();
    for scope in [
        ArgScope::of_stage(&given, &globals),
        ArgScope::outside_stages(&given),
    ] {
        let declared = scope.declare(&arg(SCAN_STAGE, Some("true")), &mut vars, expand);
        assert_eq!(declared.unwrap().value.as_deref(), Some("true"));
        assert_eq!(vars.get(SCAN_STAGE).is_some(), scope.globals.is_none());
    }
}

#[test]
fn env_expands_its_keys_and_sees_only_what_was_set_before_it() {
    let mut vars = PlannedVars::of_scratch();
    set_env(vec![pair("A", "1"), pair("B", "$A")], &mut vars, expand).unwrap();
    set_env(vec![pair("K$A", "$B-")], &mut vars, expand).unwrap();
    let values = ["A", "B", "K1"].map(|key| vars.get(key).unwrap_or("none").to_owned());
    assert_eq!(values, ["1", "", "-"]);
}

#[test]
fn a_stage_on_another_has_the_variables_of_its_image_over_its_arguments() {
    let (given, globals) = (BTreeMap::new(), Vars::default());
    let scope = ArgScope::of_stage(&given, &globals);
    let mut vars = PlannedVars::of_scratch();
    start_stage("linux", &mut vars);
    set_env(vec![pair("A", "env")], &mut vars, expand).unwrap();
    for key in ["A", "B"] {
        scope
            .declare(&arg(key, Some("arg")), &mut vars, expand)
            .unwrap();
    }
    assert_eq!(vars.get("A"), Some("arg"));
    start_stage("linux", &mut vars);
    assert_eq!(vars.get("A"), Some("env"));
    assert_eq!(vars.get("B"), Some("arg"));
    assert_eq!(vars.get("PATH"), Some(paths::default_path_env("linux")));
}
