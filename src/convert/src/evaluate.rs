//! The meaning of `ARG` and `ENV`, written once: conversion, [`crate::sources`], and `SOURCE_DATE_EPOCH` all ask here.

use std::collections::BTreeMap;

use fromtier_dockerfile::error::Result;
use fromtier_dockerfile::instructions::{ArgDef, KeyValue};
use fromtier_dockerfile::shell::Env as _;

use crate::paths;
use crate::vars::{StageVariables, Variables, Vars};

/// The argument that asks for a scan of the build context. It steers the converter and never reaches a container.
pub(crate) const SCAN_CONTEXT: &str = "BUILDKIT_SBOM_SCAN_CONTEXT";

/// The argument that asks for a scan of a stage. It steers the converter and never reaches a container.
pub(crate) const SCAN_STAGE: &str = "BUILDKIT_SBOM_SCAN_STAGE";

/// Whether an argument steers the converter alone.
pub(crate) fn is_for_converter(key: &str) -> bool {
    [SCAN_CONTEXT, SCAN_STAGE].contains(&key)
}

/// Where an `ARG` gets its value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ArgScope<'a> {
    build_args: &'a BTreeMap<String, String>,
    /// The global arguments, where an `ARG` without a default inherits them.
    globals: Option<&'a Vars>,
}

/// The value that an `ARG` has got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeclaredArg {
    /// None if the build gives no value, and the file has no default.
    pub value: Option<String>,
    /// The value is that of a global argument.
    pub is_inherited: bool,
}

impl<'a> ArgScope<'a> {
    /// The scope of an `ARG` that inherits nothing: one before the first `FROM`, or one of a stage that
    /// `SOURCE_DATE_EPOCH` names, which sees all global arguments without declaring them.
    pub fn outside_stages(build_args: &'a BTreeMap<String, String>) -> ArgScope<'a> {
        ArgScope {
            build_args,
            globals: None,
        }
    }

    /// The scope of an `ARG` of a stage.
    pub fn of_stage(build_args: &'a BTreeMap<String, String>, globals: &'a Vars) -> ArgScope<'a> {
        ArgScope {
            build_args,
            globals: Some(globals),
        }
    }

    /// Declares an argument: its value is that of the build, else that of its default, else the inherited one.
    ///
    /// # Errors
    /// The default can't be expanded.
    pub fn declare<V: Variables>(
        &self,
        arg: &ArgDef,
        variables: &mut V,
        expand: impl FnOnce(&V, &str) -> Result<String>,
    ) -> Result<DeclaredArg> {
        let given = self.build_args.get(&arg.key).cloned();
        let (value, is_inherited) = match (given, &arg.value) {
            (Some(given), _) => (Some(given), false),
            (None, Some(default)) => (Some(expand(variables, default)?), false),
            (None, None) => {
                let global = self.globals.and_then(|globals| globals.get(&arg.key));
                (global.map(str::to_owned), global.is_some())
            }
        };
        let is_hidden = self.globals.is_some() && is_for_converter(&arg.key);
        if let Some(value) = value.as_ref().filter(|_| !is_hidden) {
            variables.set(&arg.key, value);
        }
        Ok(DeclaredArg {
            value,
            is_inherited,
        })
    }
}

/// Sets the variables of an `ENV`. All keys and values are expanded before the first variable is set. Returns the
/// expanded pairs.
///
/// # Errors
/// A key or a value can't be expanded.
pub(crate) fn set_env<V: StageVariables>(
    pairs: Vec<KeyValue>,
    variables: &mut V,
    mut expand: impl FnMut(&V, &str) -> Result<String>,
) -> Result<Vec<KeyValue>> {
    let pairs = expand_pairs(pairs, |word| expand(variables, word))?;
    for pair in &pairs {
        variables.set(&pair.key, &pair.value);
        variables.set_in_image(&pair.key, &pair.value);
    }
    Ok(pairs)
}

/// Expands the keys and the values of pairs, in order.
///
/// # Errors
/// A key or a value can't be expanded.
pub(crate) fn expand_pairs(
    pairs: Vec<KeyValue>,
    mut expand: impl FnMut(&str) -> Result<String>,
) -> Result<Vec<KeyValue>> {
    pairs
        .into_iter()
        .map(|pair| {
            Ok(KeyValue {
                key: expand(&pair.key)?,
                value: expand(&pair.value)?,
                ..pair
            })
        })
        .collect()
}

/// Sets what a stage starts with: the variables of its image, over those that the base stage's `ARG`s left, and a
/// `PATH` if the image has none. `os` is the operating system of the stage's platform.
pub(crate) fn start_stage(os: &str, variables: &mut impl StageVariables) {
    if os != "windows" && variables.has_no_path() {
        variables.set_in_image("PATH", paths::default_path_env(os));
    }
    variables.show_image_variables();
}

#[cfg(test)]
mod tests {
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
    fn what_steers_the_converter_stays_out_of_a_stage() {
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
}
