//! `FROM`: its name and platform with arguments expanded.

use std::collections::BTreeSet;

use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::instructions::{self, Command};
use fromtier_dockerfile::lint::Linter;
use fromtier_dockerfile::shell::{Env as _, Expansion, Lex};
use fromtier_dockerfile::suggest;
use fromtier_image::{ImageRef, Platform};

use super::checks;
use super::stages::Stages;
use crate::context::lookup;
use crate::options::Options;
use crate::outline::capture::Capture;
use crate::stage::{BaseState, Stage};
use crate::vars::Vars;

/// The inputs for reading `FROM` lines.
pub(crate) struct FromLines<'a> {
    pub options: &'a Options,
    pub lex: &'a Lex,
    pub lint: &'a Linter,
    pub globals: &'a Vars,
    pub outline: &'a Capture,
}

impl FromLines<'_> {
    /// Adds the file's stages to `stages`, in order.
    pub fn read(&self, written: Vec<instructions::Stage>, stages: &mut Stages) -> Result<()> {
        for (index, stage) in written.into_iter().enumerate() {
            self.stage(index, stage, stages)?;
        }
        Ok(())
    }

    fn stage(&self, index: usize, written: instructions::Stage, stages: &mut Stages) -> Result<()> {
        let lint = self.lint.with_comments(&written.comments);
        let location = written.location.clone();
        let (base, failure) = split(self.lex.expand(&written.base_name, self.globals));
        self.report_undeclared(&base, &written, &lint);
        if let Some(failure) = failure {
            return Err(failure.at(&location));
        }
        if base.result.is_empty() {
            let blank = format!("base name ({}) should not be blank", written.base_name);
            return Err(Error::new(blank).at(&location));
        }
        let mut used = base.matched;
        let platform = match written.platform.as_str() {
            "" => None,
            _ => Some(self.platform(&written, &lint, &mut used)?),
        };
        let mut stage = Stage::written(written, base.result, platform, self.outline.clone());
        if stage.written.name.is_empty() {
            stage.plan.policy_name = format!("stage-{index}").into();
        }
        if !stage.written.name.is_empty() {
            stage.base.context = lookup::find_replacement(
                self.options,
                &stage.written.name,
                stage
                    .platform
                    .as_ref()
                    .or(self.options.target_platform.as_ref()),
            )?;
        }
        if stage.base.context.is_some() {
            let id = stages.add(stage);
            stages[id].base.state = BaseState::Pending;
            return Ok(());
        }
        if stage.written.name.is_empty() {
            stage.plan.display_name = format!("stage-{index}");
        }
        stage.plan.ignore_cache = self.options.no_cache.covers(&stage.written.name);
        let id = stages.add(stage);
        let stage = &mut stages[id];
        stage.built.outline.mark_used(used);
        let pulls = stage.base.name != crate::SCRATCH && stage.base_stage().is_none();
        let steps = stage.plan.commands.iter().filter(|c| {
            matches!(
                c.command,
                Command::Add(_) | Command::Copy(_) | Command::Run(_) | Command::Workdir { .. }
            )
        });
        stage.built.steps.total = usize::from(pulls) + steps.count();
        Ok(())
    }

    fn platform(
        &self,
        written: &instructions::Stage,
        lint: &Linter,
        used: &mut BTreeSet<String>,
    ) -> Result<Platform> {
        let location = &written.location;
        let (platform, failure) = split(self.lex.expand(&written.platform, self.globals));
        self.report_undeclared(&platform, written, lint);
        checks::redundant_target_platform(
            &written.platform,
            &platform,
            self.globals,
            location,
            lint,
        );
        checks::constant_platform(&written.name, &platform, location, lint);
        if let Some(failure) = failure {
            let context = format!(
                "failed to process arguments for platform {}",
                platform.result
            );
            return Err(failure.wrap(context).at(location));
        }
        let suggest_any = |error: Error| {
            let keys = self.globals.keys();
            let is_near =
                |name: &&String| suggest::nearest(name, &keys, suggest::Case::Sensitive).is_some();
            match platform.unmatched.iter().find(is_near) {
                Some(name) => {
                    suggest::with_suggestion(error, name, &keys, suggest::Case::Sensitive)
                }
                None => error,
            }
        };
        if platform.result.is_empty() {
            let text = format!("empty platform value from expression {}", written.platform);
            return Err(suggest_any(Error::new(text).at(location)));
        }
        let parsed = Platform::parse(&platform.result).map_err(|e| {
            suggest_any(Error::new(e.to_string()).at(location))
                .wrap(format!("failed to parse platform {}", written.platform))
                .at(location)
        })?;
        used.extend(platform.matched);
        Ok(parsed)
    }

    fn report_undeclared(&self, word: &Expansion, written: &instructions::Stage, lint: &Linter) {
        let known = || {
            let mut known: BTreeSet<String> =
                self.globals.keys().into_iter().map(str::to_owned).collect();
            known.extend(self.outline.global_names().map(str::to_owned));
            known
        };
        checks::undeclared_in_from(&word.unmatched, known, &written.location, lint);
    }
}

/// Parses the name of a base image.
pub(crate) fn parse_base(name: &str) -> Result<ImageRef> {
    ImageRef::parse(name).map_err(|error| {
        let quoted = fromtier_gostd::strconv::quote(name);
        Error::new(error.to_string()).wrap(format!("failed to parse stage name {quoted}"))
    })
}

/// The matched names count even if the expansion failed.
fn split(result: Result<Expansion, (Error, Box<Expansion>)>) -> (Expansion, Option<Error>) {
    match result {
        Ok(expansion) => (expansion, None),
        Err((error, expansion)) => (*expansion, Some(error)),
    }
}
