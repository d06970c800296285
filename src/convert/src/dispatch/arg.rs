//! `ARG`: a variable of the build, from the build's arguments, the global ones, or its default.

use fromtier_dockerfile::error::Result;
use fromtier_dockerfile::instructions::{ArgDef, Common};
use fromtier_dockerfile::shell::Env as _;

use super::Dispatch;
use crate::history::Layer;
use crate::outline::capture::ArgInfo;
use crate::stage::Stage;

/// Arguments that steer the converter and never reach a container.
pub(crate) const NOT_IN_ENV: [&str; 2] = [SCAN_CONTEXT, SCAN_STAGE];
pub(crate) const SCAN_CONTEXT: &str = "BUILDKIT_SBOM_SCAN_CONTEXT";
pub(crate) const SCAN_STAGE: &str = "BUILDKIT_SBOM_SCAN_STAGE";

impl Dispatch<'_> {
    pub(super) fn arg(
        &mut self,
        stage: &mut Stage,
        common: &Common,
        args: Vec<ArgDef>,
    ) -> Result<()> {
        let mut message = String::from("ARG");
        for arg in args {
            self.check_secret_key("ARG", &arg.key, common);
            let given = self.build_args.get(&arg.key).cloned();
            let inherited = match (&given, &arg.value) {
                (None, None) => self.globals.get(&arg.key).map(str::to_owned),
                _ => None,
            };
            let from_global = inherited.is_some();
            let value = match (given, inherited, &arg.value) {
                (Some(value), ..) | (None, Some(value), _) => Some(value),
                (None, None, Some(default)) => {
                    Some(self.expand(&self.lex.clone(), default, stage, common)?)
                }
                (None, None, None) => None,
            };
            if let Some(value) = &value
                && !NOT_IN_ENV.contains(&arg.key.as_str())
            {
                self.add_env(stage, &arg.key, value);
            }
            let info = (!from_global).then(|| ArgInfo {
                key: arg.key.clone(),
                description: arg.doc_comment,
                value: value.clone().unwrap_or_default(),
                deps: Default::default(),
                location: common.location.clone(),
            });
            stage.built.outline.note_arg(&arg.key, info);
            stage.built.args.push(&arg.key, value.as_deref());
            message.push(' ');
            message.push_str(&arg.key);
            if let Some(value) = value {
                message.push('=');
                message.push_str(&value);
            }
        }
        stage.commit(message, Layer::Empty, self.epoch);
        Ok(())
    }
}
