//! `CMD`: the command that a container of the image runs.

use fromtier_dockerfile::error::Result;
use fromtier_dockerfile::instructions::{Common, ShellCmd};
use fromtier_dockerfile::lint::rules;
use fromtier_gostd::strconv::quote;

use super::Dispatch;
use crate::history::Layer;
use crate::stage::{Occurrence, Stage};

impl Dispatch<'_> {
    pub(super) fn cmd(&mut self, stage: &mut Stage, common: &Common, cmd: ShellCmd) -> Result<()> {
        self.check_once(&mut stage.built.cmd, common);
        let args = self.command_line(stage, common, cmd);
        stage.commit(format!("CMD {}", quoted(&args)), Layer::Empty, self.epoch);
        stage.built.image.config.cmd = Some(args);
        stage.built.image.config.args_escaped = true;
        Ok(())
    }

    /// Returns the words of `CMD` or `ENTRYPOINT`, after the shell if the form needs one.
    pub(super) fn command_line(
        &self,
        stage: &Stage,
        common: &Common,
        cmd: ShellCmd,
    ) -> Vec<String> {
        if !cmd.prepend_shell {
            return cmd.args;
        }
        if stage
            .built
            .image
            .config
            .shell
            .as_ref()
            .is_none_or(Vec::is_empty)
        {
            self.lint
                .run(&rules::JSON_ARGS_RECOMMENDED, &common.location, |text| {
                    text(&common.name)
                });
        }
        stage.with_shell(&cmd.args)
    }

    /// Reports the earlier of two instructions of a kind: the later one overrides it.
    pub(super) fn check_once(&self, once: &mut Occurrence, common: &Common) {
        if let Some(earlier) = once.0.replace(common.location.clone()) {
            self.lint
                .run(&rules::MULTIPLE_INSTRUCTIONS_DISALLOWED, &earlier, |text| {
                    text(&common.name)
                });
        }
    }
}

/// `["a" "b"]`
pub(super) fn quoted(args: &[String]) -> String {
    let quoted: Vec<String> = args.iter().map(|a| quote(a)).collect();
    format!("[{}]", quoted.join(" "))
}
