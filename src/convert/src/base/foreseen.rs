//! Refusals that need no registry: the gate judges every source that the text names before the first one is resolved. So a
//! refused build ends at once, and with all its refusals, however slow a registry is.

use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::git_url::{GitRef, is_http_source};
use fromtier_dockerfile::instructions::{Add, Command};
use fromtier_dockerfile::shell::NoEnv;
use fromtier_dockerfile::span::Range;
use fromtier_image::{ImageRef, Platform};
use fromtier_policy::Scope;
use fromtier_policy::gate::{SourceRequest, Via};

use super::at_stage;
use super::images::{Ledger, Place};
use super::job::{BaseJob, JobKind, base_place};
use super::refusals::Refusals;
use crate::context::{lookup, named};
use crate::converter::Converter;
use crate::plan::trigger::parse_trigger;
use crate::plan::{self, deps::StageId};
use crate::stage::{BaseState, Stage};
use crate::traps;

impl<R> Converter<'_, R> {
    /// Asks the gate about the bases of a round, and about all other sources of the needed stages whose names don't depend
    /// on variables. Verdicts are recorded only if something is refused; otherwise the build asks again when it requests
    /// the source.
    ///
    /// # Errors
    ///
    /// All refusals. A source that isn't valid is left to the build, which reports it.
    pub(super) fn foresee_refusals(&self, jobs: &[BaseJob], needed: &[bool]) -> Result<()> {
        let ledger = Ledger::new(self.sources.ledger.gate);
        let mut refusals = Refusals::default();
        for job in jobs {
            let stage = &self.stages[job.stage];
            let judged = self.foresee_base(job, stage, &ledger);
            refusals.keep(judged.map_err(|error| at_stage(error, stage)));
        }
        for (id, needed) in needed.iter().enumerate() {
            if *needed || self.options.all_stages {
                self.foresee_commands(id, &ledger, &mut refusals);
            }
        }
        let refused = refusals.into_result();
        if refused.is_err() {
            self.sources.ledger.append(&ledger);
        }
        refused
    }

    /// Asks the gate about the traps in the text of the needed stages and outside of stages, each once.
    ///
    /// # Errors
    ///
    /// All refusals.
    pub(super) fn judge_traps(&mut self, needed: &[bool]) -> Result<()> {
        let mut refusals = Refusals::default();
        for trap in std::mem::take(&mut self.traps) {
            let judged = match trap.stage {
                None => traps::judge(&trap, Scope::default(), &self.sources.ledger),
                Some(id) if self.stages[id].base.context.is_some() => continue,
                Some(id) if needed[id] || self.options.all_stages => {
                    let place = self.place(&self.stages[id], &trap.ranges);
                    traps::judge(&trap, place.scope, &self.sources.ledger)
                }
                Some(_) => {
                    self.traps.push(trap);
                    continue;
                }
            };
            refusals.keep(judged.map(drop));
        }
        refusals.into_result()
    }

    fn foresee_base(&self, job: &BaseJob, stage: &Stage, ledger: &Ledger<'_>) -> Result<()> {
        let mut place = base_place(stage);
        place.scope.platform = Some(&job.platform);
        match &job.kind {
            JobKind::Image | JobKind::Late => {
                ledger.foresee_image(&job.name, Some(&job.platform), &place)
            }
            JobKind::StageContext(context) | JobKind::BaseContext(context) => {
                named::foresee(context, ledger, place)
            }
        }
    }

    /// Judges the downloads of a stage, and all sources of the triggers that it inherits from a stage of the file: those are
    /// planned only after the bases.
    fn foresee_commands(&self, id: StageId, ledger: &Ledger<'_>, refusals: &mut Refusals) {
        let stage = &self.stages[id];
        // A named context replaces the stage, so its instructions don't run.
        if stage.base.context.is_some() {
            return;
        }
        if let BaseState::Stage {
            id: base,
            triggers_taken: false,
        } = stage.base.state
        {
            for trigger in self.stages[base].triggers() {
                if let Ok(command) = parse_trigger(&trigger, &stage.written.location) {
                    self.foresee_trigger(stage, &command, ledger, refusals);
                }
            }
        }
        for planned in &stage.plan.commands {
            if let Command::Add(add) = &planned.command {
                self.foresee_downloads(stage, add, ledger, refusals);
            }
        }
    }

    fn foresee_trigger(
        &self,
        stage: &Stage,
        trigger: &Command,
        ledger: &Ledger<'_>,
        refusals: &mut Refusals,
    ) {
        let mut images = Vec::new();
        match trigger {
            Command::Add(add) => self.foresee_downloads(stage, add, ledger, refusals),
            Command::Copy(copy) if plan::names_image(&self.stages, &copy.from) => {
                images.push(copy.from.as_str());
            }
            Command::Run(run) => {
                let names = run.mounts.iter().map(|mount| mount.from.as_str());
                images.extend(names.filter(|from| plan::names_image(&self.stages, from)));
            }
            _ => {}
        }
        let platform = &self.platforms.target;
        for image in images {
            let place = Place {
                via: Via::Onbuild,
                ..self.place(stage, &trigger.common().location)
            };
            let context = lookup::find_replacement(self.options, image, Some(platform));
            let judged = match context {
                Ok(Some(context)) => named::foresee(&context, ledger, place),
                Ok(None) => ledger.foresee_image(image, Some(platform), &place),
                Err(_) => continue,
            };
            refusals.keep(judged.map_err(|error| error.at(place.location)));
        }
    }

    fn foresee_downloads(
        &self,
        stage: &Stage,
        add: &Add,
        ledger: &Ledger<'_>,
        refusals: &mut Refusals,
    ) {
        let place = self.place(stage, &add.common.location);
        for source in &add.files.sources {
            let judged = self.foresee_download(source, &add.checksum, ledger, &place);
            refusals.keep(judged.map_err(|error| error.at(place.location)));
        }
    }

    fn foresee_download(
        &self,
        source: &str,
        checksum: &str,
        ledger: &Ledger<'_>,
        place: &Place<'_>,
    ) -> Result<()> {
        if source.contains('$') || checksum.contains('$') {
            return Ok(());
        }
        let expand = |word: &str| {
            let expanded = self.lex.expand(word, &NoEnv);
            expanded.map(|e| e.result).map_err(|(error, _)| error)
        };
        let (source, checksum) = (expand(source)?, expand(checksum)?);
        let known = |checksum| Some(checksum).filter(|checksum: &&str| !checksum.is_empty());
        let git;
        let request = if is_http_source(&source) {
            SourceRequest::Http {
                url: &source,
                checksum: known(&checksum),
            }
        } else {
            git = match GitRef::parse(&source) {
                Ok(git) if !git.indistinguishable_from_local => git,
                _ => return Ok(()),
            };
            SourceRequest::Git {
                url: &git.remote,
                checksum: known(&git.checksum).or(known(&checksum)),
            }
        };
        ledger.approve_source(&request, place).map(|_| ())
    }

    /// The place of an instruction of a stage. Its platform is the target's as long as the base isn't resolved.
    fn place<'s>(&'s self, stage: &'s Stage, location: &'s [Range]) -> Place<'s> {
        let mut scope = stage.scope();
        scope.platform = scope.platform.or(Some(&self.platforms.target));
        Place {
            via: Via::Add,
            scope,
            location,
        }
    }
}

impl Ledger<'_> {
    /// Judges an image by its name, and records the verdict. A name that isn't valid is left to the build, which has
    /// BuildKit's error for it.
    pub fn foresee_image(
        &self,
        reference: &str,
        platform: Option<&Platform>,
        place: &Place<'_>,
    ) -> Result<()> {
        if ImageRef::parse(reference).is_err() {
            return Ok(());
        }
        let pass = self
            .request(reference, platform, place)
            .map_err(Error::from)?;
        self.record_verdict(pass.verdict(), place);
        Ok(())
    }
}
