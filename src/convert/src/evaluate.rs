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
mod tests;
