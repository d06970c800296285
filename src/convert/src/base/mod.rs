//! The bases of stages: images and named contexts, fetched concurrently, and the triggers that images bring.
//!
//! Follows `resolveStages`, `resolveReachableStages` and `resolveBaseImage` of BuildKit's
//! `frontend/dockerfile/dockerfile2llb/convert.go`; BuildKit's `d.resolved` and `d.dispatched` are [`BaseState`] here.

mod apply;
mod foreseen;
pub(crate) mod images;
mod job;
mod onbuild;
pub(crate) mod refusals;
pub(crate) mod trigger_chain;

use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::shell::NoEnv;
use fromtier_dockerfile::suggest;
use fromtier_llb::State;
use fromtier_policy::gate::SourceRequest;
use futures_util::future::join_all;
use images::{ImageError, WantedImage};
use job::{BaseJob, FetchedBase, JobKind, base_place};
use refusals::Refusals;
use trigger_chain::TriggerChains;

use crate::context::{lookup, named};
use crate::converter::Converter;
use crate::plan::deps::StageId;
use crate::plan::{self, from::parse_base};
use crate::resolver::Resolver;
use crate::stage::{BaseState, Stage};

/// The jobs of one round, and the bases that can't be read.
#[derive(Default)]
struct Round {
    jobs: Vec<BaseJob>,
    unreadable: Vec<Error>,
    last_is_readable: bool,
}

impl Round {
    /// The error of an unreadable base that BuildKit would report. BuildKit looks at all bases at once and reports the first
    /// error that comes up: it nearly always starts with the last base, and goes on from the first.
    fn take_reported_error(&mut self) -> Option<Error> {
        if self.last_is_readable {
            let errors = std::mem::take(&mut self.unreadable);
            errors.into_iter().next()
        } else {
            self.unreadable.pop()
        }
    }
}

impl<R: Resolver> Converter<'_, R> {
    /// Resolves the bases of everything that `target` needs, again as long as triggers bring new needs. Returns for each
    /// stage whether it is needed.
    pub async fn resolve_bases(&mut self, target: StageId) -> Result<Vec<bool>> {
        let mut chains = TriggerChains::default();
        loop {
            let needed = plan::reachable(&self.stages, target);
            plan::mark_shipped(&mut self.stages, target, &needed);
            self.resolve_round(&needed).await?;
            if !self.take_triggers(target, &mut chains)? {
                return Ok(needed);
            }
        }
    }

    /// Resolves the bases that are open, and reports all refusals of the gate at once.
    async fn resolve_round(&mut self, needed: &[bool]) -> Result<()> {
        let mut refusals = Refusals::default();
        let mut round = self.plan_round(needed, &mut refusals)?;
        if let Some(error) = round.take_reported_error() {
            refusals.add(error)?;
            return refusals.into_result();
        }
        refusals.keep(self.foresee_refusals(&round.jobs, needed));
        refusals.keep(self.judge_traps(needed));
        if !refusals.is_empty() {
            return refusals.into_result();
        }
        let fetched = join_all(round.jobs.iter().map(|job| self.fetch(job))).await;
        self.apply_round(round.jobs, fetched, refusals)
    }

    /// Collects the jobs of a round. `scratch` needs none.
    fn plan_round(&mut self, needed: &[bool], refusals: &mut Refusals) -> Result<Round> {
        let mut round = Round::default();
        for (id, needed) in needed.iter().enumerate() {
            let needed = *needed || self.options.all_stages;
            let stage = &self.stages[id];
            if !stage.base.state.is_open(needed) {
                continue;
            }
            if stage.base.name == crate::SCRATCH && stage.base.context.is_none() {
                if let Err(error) = self.set_scratch(id, needed) {
                    refusals.add(error)?;
                }
                continue;
            }
            let job = self.prepare(id, needed);
            let stage = &mut self.stages[id];
            stage.base.state = match (needed, stage.plan.is_image_source) {
                (true, _) => BaseState::Resolved,
                (false, true) => BaseState::Late,
                (false, false) => BaseState::Pending,
            };
            round.last_is_readable = job.is_ok();
            match job {
                Ok(job) => round.jobs.extend(job),
                Err(error) => round.unreadable.push(at_stage(error, stage)),
            }
        }
        Ok(round)
    }

    /// Puts the fetched bases into their stages. After a refusal nothing is built anymore, but the other refusals are
    /// still collected.
    fn apply_round(
        &mut self,
        jobs: Vec<BaseJob>,
        fetched: Vec<Result<FetchedBase>>,
        mut refusals: Refusals,
    ) -> Result<()> {
        for (job, fetched) in jobs.into_iter().zip(fetched) {
            let id = job.stage;
            let applied = match fetched {
                Ok(_) if !refusals.is_empty() => Ok(()),
                Ok(fetched) => self.apply(job, fetched),
                Err(error) => Err(error),
            };
            if let Err(error) = applied {
                refusals.add(at_stage(error, &self.stages[id]))?;
            }
        }
        refusals.into_result()
    }

    fn set_scratch(&mut self, id: StageId, needed: bool) -> Result<()> {
        let target = self.platforms.target.clone();
        let stage = &mut self.stages[id];
        stage.platform = Some(target.clone());
        if stage.plan.is_image_source || needed {
            stage.base.state = BaseState::Resolved;
        }
        if needed && !stage.plan.is_image_source {
            let place = base_place(stage);
            self.sources
                .ledger
                .approve_source(&SourceRequest::Scratch, &place)
                .map_err(|e| at_stage(e, stage))?;
        }
        stage.built.state = State::scratch();
        stage.base.is_empty = true;
        stage.set_image(apply::empty_image(&target));
        Ok(())
    }

    /// The job for a stage's base, or `None` if nothing needs the stage.
    fn prepare(&mut self, id: StageId, needed: bool) -> Result<Option<BaseJob>> {
        let stage = &mut self.stages[id];
        let name = stage.base.name.clone();
        let reference = parse_base(&name)?;
        let platform = stage
            .platform
            .as_ref()
            .unwrap_or(&self.platforms.target)
            .clone();
        stage.base.name = reference.tag_name_only().to_string();
        if !needed {
            // BuildKit counts the step of its `FROM` here, too; that shows if a trigger needs the stage later.
            stage.next_step("", None, &NoEnv);
            stage.platform = Some(platform);
            return Ok(None);
        }
        let kind = match (&stage.base.state, stage.base.context.clone()) {
            (BaseState::Late, _) => JobKind::Late,
            (_, Some(context)) => JobKind::StageContext(context),
            (_, None) => {
                match lookup::find_replacement(self.options, &stage.base.name, Some(&platform))? {
                    Some(context) => JobKind::BaseContext(context),
                    None => JobKind::Image,
                }
            }
        };
        Ok(Some(BaseJob {
            stage: id,
            platform,
            name,
            kind,
        }))
    }

    async fn fetch(&self, job: &BaseJob) -> Result<FetchedBase> {
        let stage = &self.stages[job.stage];
        let mut place = base_place(stage);
        place.scope.platform = Some(&job.platform);
        match &job.kind {
            JobKind::Image | JobKind::Late => {
                let prefix = if self.options.multi_platform {
                    format!("[{} internal]", job.platform.format_all())
                } else {
                    "[internal]".to_owned()
                };
                let wanted = WantedImage {
                    reference: &job.name,
                    platform: Some(&job.platform),
                    log_prefix: &prefix,
                    log_reference: None,
                    operation_mode: self.options.resolve_mode,
                    place,
                };
                let admitted = self.sources.resolve_image(&wanted).await;
                match admitted {
                    Ok(admitted) => Ok(FetchedBase::Image(Box::new(admitted))),
                    Err(ImageError::Resolve(e)) => Err(self.suggest_base(e.into(), &job.name)),
                    Err(refusal) => Err(refusal.into()),
                }
            }
            JobKind::StageContext(context) | JobKind::BaseContext(context) => {
                named::load(context, self.sources, self.options, place)
                    .await
                    .map(|loaded| FetchedBase::Context(Box::new(loaded)))
            }
        }
    }

    /// The builder's error, with the stage or common image that was probably meant.
    fn suggest_base(&self, error: Error, name: &str) -> Error {
        const COMMON: [&str; 7] = [
            "alpine", "busybox", "centos", "debian", "golang", "ubuntu", "fedora",
        ];
        let mut known: Vec<String> = self.stages.names().into_iter().map(str::to_owned).collect();
        for image in COMMON {
            // BuildKit leaves out a slash, which changes what it finds similar.
            known.extend([
                image.to_owned(),
                format!("docker.io/library{image}"),
                format!("{image}:latest"),
                format!("docker.io/library{image}:latest"),
            ]);
        }
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        suggest::with_suggestion(error.wrap(name), name, &known, suggest::Case::Sensitive)
    }
}

/// An error of a stage's base with its location: a refusal of the gate points at the instruction that requests the image.
fn at_stage(error: Error, stage: &Stage) -> Error {
    if error.is_refusal() {
        error.at(&stage.plan.requested_at)
    } else {
        error.at(&stage.written.location)
    }
}
