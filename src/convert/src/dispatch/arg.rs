//! `ARG`: a variable of the build. Its value comes from the build's arguments, from the global ones, or from its
//! default.

use fromtier_dockerfile::error::Result;
use fromtier_dockerfile::instructions::{ArgDef, Common};

use super::Dispatch;
use crate::evaluate::{ArgScope, DeclaredArg};
use crate::history::Layer;
use crate::outline::capture::ArgInfo;
use crate::stage::Stage;

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
            let scope = ArgScope::of_stage(self.build_args, self.globals);
            let DeclaredArg {
                value,
                is_inherited,
            } = scope.declare(&arg, stage, |stage, default| {
                self.expand_word(default, stage, common)
            })?;
            let info = (!is_inherited).then(|| ArgInfo {
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
