//! What stages stand on: images and named contexts, resolved side by side, and the triggers that images bring.

pub(crate) mod images;
mod onbuild;
pub(crate) mod refusals;
pub(crate) mod together;
pub(crate) mod trigger_chain;

use std::rc::Rc;

use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::lint::rules;
use fromtier_dockerfile::shell::NoEnv;
use fromtier_dockerfile::suggest;
use fromtier_image::config::ContainerConfig;
use fromtier_image::{ImageConfig, ImageRef, Platform};
use fromtier_llb::{ImageOptions, State};
use fromtier_policy::ApprovedImage;
use fromtier_policy::gate::{OtherRequest, Via};

use crate::context::lookup::{self, NamedContext};
use crate::context::named::{self, Loaded};
use crate::context::remote::Remote;
use crate::converter::Converter;
use crate::meta;
use crate::paths;
use crate::plan::{self, deps::StageId};
use crate::resolver::Resolver;
use crate::stage::Stage;
use images::{Admitted, Place, Refusal, Wanted};
use refusals::Refused;
use trigger_chain::TriggerChains;

/// A base to be fetched.
struct Job {
    stage: StageId,
    platform: Platform,
    /// The base as it was named.
    name: String,
    kind: Kind,
}

enum Kind {
    Image,
    /// An image that a trigger of a later round needs after all. Nothing is taken of its configuration.
    Late,
    /// A context in place of the stage itself.
    Stage(NamedContext),
    /// A context in place of the stage's base.
    Base(NamedContext),
}

enum Fetched {
    Image(Box<Admitted>),
    Context(Box<Loaded>),
}

impl<R: Resolver> Converter<'_, R> {
    /// Resolves the bases of all that `target` needs, again while triggers bring new needs. Gives what is needed.
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

    async fn resolve_round(&mut self, needed: &[bool]) -> Result<()> {
        let mut jobs = Vec::new();
        let mut refused = Refused::default();
        let (mut unreadable, mut ends_well) = (Vec::new(), false);
        for (id, needed) in needed.iter().enumerate() {
            let wanted = *needed || self.options.all_stages;
            let stage = &mut self.stages[id];
            let known = stage.resolved || (stage.dispatched && !(stage.late && wanted));
            if stage.base.is_some() || known {
                continue;
            }
            stage.resolved = wanted;
            if stage.base_name == crate::SCRATCH && stage.named.is_none() {
                if let Err(error) = self.set_scratch(id, wanted) {
                    refused.add(error)?;
                }
                continue;
            }
            let job = self.prepare(id, wanted);
            let stage = &mut self.stages[id];
            if stage.is_image_source {
                stage.dispatched = true;
                stage.late = !wanted;
            }
            ends_well = job.is_ok();
            match job {
                Ok(job) => jobs.extend(job),
                Err(e) => unreadable.push(located(e, stage)),
            }
        }
        // The reference looks at all bases at once and tells the first bad one that it comes to: it nearly always begins
        // with the last base, and goes on from the first.
        let told = match ends_well {
            true => unreadable.into_iter().next(),
            false => unreadable.pop(),
        };
        if let Some(error) = told {
            refused.add(error)?;
            return refused.into_result();
        }
        let fetched = together::join_all(jobs.iter().map(|job| self.fetch(job))).await;
        for (job, fetched) in jobs.into_iter().zip(fetched) {
            let id = job.stage;
            let done = match fetched {
                // Nothing is built any more; what else is refused is worth knowing.
                Ok(_) if refused.any() => Ok(()),
                Ok(fetched) => self.apply(job, fetched),
                Err(error) => Err(error),
            };
            if let Err(error) = done {
                refused.add(located(error, &self.stages[id]))?;
            }
        }
        refused.into_result()
    }

    fn set_scratch(&mut self, id: StageId, wanted: bool) -> Result<()> {
        let target = self.platforms.target.clone();
        let stage = &mut self.stages[id];
        stage.platform = Some(target.clone());
        if stage.is_image_source {
            stage.dispatched = true;
        } else if wanted {
            let place = place(stage);
            self.sources
                .ledger
                .other(&OtherRequest::Scratch, &place)
                .map_err(|e| located(e, stage))?;
        }
        stage.state = State::scratch();
        stage.on_scratch = true;
        stage.set_image(empty_image(&target));
        Ok(())
    }

    /// What is to be fetched for a stage; nothing when nobody needs it.
    fn prepare(&mut self, id: StageId, wanted: bool) -> Result<Option<Job>> {
        let stage = &mut self.stages[id];
        let name = stage.base_name.clone();
        let reference = ImageRef::parse(&name).map_err(|e| {
            Error::new(e.to_string()).wrap(format!(
                "failed to parse stage name {}",
                fromtier_gostd::strconv::quote(&name)
            ))
        })?;
        let platform = stage
            .platform
            .as_ref()
            .unwrap_or(&self.platforms.target)
            .clone();
        stage.base_name = reference.tag_name_only().to_string();
        if !wanted {
            // The step of its `FROM` counts, should a trigger need the stage after all.
            stage.next_step("", None, &NoEnv);
            stage.platform = Some(platform);
            return Ok(None);
        }
        let kind = match stage.named.clone() {
            _ if stage.late => Kind::Late,
            Some(context) => Kind::Stage(context),
            None => match lookup::find(self.options, &stage.base_name, Some(&platform))? {
                Some(context) => Kind::Base(context),
                None => Kind::Image,
            },
        };
        Ok(Some(Job {
            stage: id,
            platform,
            name,
            kind,
        }))
    }

    async fn fetch(&self, job: &Job) -> Result<Fetched> {
        let stage = &self.stages[job.stage];
        let mut place = place(stage);
        place.scope.platform = Some(&job.platform);
        match &job.kind {
            Kind::Image | Kind::Late => {
                let prefix = if self.options.multi_platform {
                    format!("[{} internal]", job.platform.format_all())
                } else {
                    "[internal]".to_owned()
                };
                let wanted = Wanted {
                    reference: &job.name,
                    platform: Some(&job.platform),
                    log_prefix: &prefix,
                    log_reference: None,
                    place,
                };
                let admitted = self.sources.image(&wanted).await;
                match admitted {
                    Ok(admitted) => Ok(Fetched::Image(Box::new(admitted))),
                    Err(Refusal::Resolve(e)) => Err(self.suggest_base(e.into(), &job.name)),
                    Err(refusal) => Err(refusal.into()),
                }
            }
            Kind::Stage(context) | Kind::Base(context) => {
                named::load(context, self.sources, self.options, place)
                    .await
                    .map(|loaded| Fetched::Context(Box::new(loaded)))
            }
        }
    }

    /// The builder's refusal, with the stage or common image that was probably meant.
    fn suggest_base(&self, error: Error, name: &str) -> Error {
        const COMMON: [&str; 7] = [
            "alpine", "busybox", "centos", "debian", "golang", "ubuntu", "fedora",
        ];
        let mut known: Vec<String> = self.stages.names().into_iter().map(str::to_owned).collect();
        for image in COMMON {
            // The reference leaves out a slash, which changes what it finds near.
            known.extend([
                image.to_owned(),
                format!("docker.io/library{image}"),
                format!("{image}:latest"),
                format!("docker.io/library{image}:latest"),
            ]);
        }
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        suggest::wrap(error.wrap(name), name, &known, true).0
    }

    fn apply(&mut self, job: Job, fetched: Fetched) -> Result<()> {
        match (fetched, &job.kind) {
            (Fetched::Image(admitted), Kind::Late) => {
                self.take_image(job.stage, &job.platform, &admitted.approved);
                Ok(())
            }
            (Fetched::Image(admitted), _) => self.apply_image(job, *admitted),
            (Fetched::Context(loaded), Kind::Stage(_)) => self.apply_stage_context(job, *loaded),
            (Fetched::Context(loaded), _) => self.apply_base_context(job, *loaded),
        }
    }

    fn apply_image(&mut self, job: Job, admitted: Admitted) -> Result<()> {
        let Admitted { approved, config } = admitted;
        let stage = &mut self.stages[job.stage];
        let mut platform = job.platform;
        if stage.platform.is_none() && self.platforms.implicit {
            platform = nearest_platform(&config.platform, platform, &self.platforms.build);
        }
        stage.base_image = Some(Rc::new(config.clone()));
        // Old images have no layer ids; their history tells.
        let empty = config.diff_ids.as_ref().is_none_or(Vec::is_empty)
            && config.history.iter().all(|h| h.empty_layer);
        stage.set_image(config);
        if empty {
            stage.base_name = approved.reference().to_string();
            stage.state = State::scratch();
            stage.on_scratch = true;
        } else {
            self.take_image(job.stage, &platform, &approved);
            let stage = &self.stages[job.stage];
            let actual = &stage.image.platform;
            if platform.os != actual.os || platform.architecture != actual.architecture {
                self.lint.run(
                    &rules::INVALID_BASE_IMAGE_PLATFORM,
                    &stage.location,
                    rules::invalid_base_image_platform(
                        &job.name,
                        &platform.clone().normalize().format_all(),
                        &actual.clone().normalize().format_all(),
                    ),
                );
            }
        }
        self.stages[job.stage].platform = Some(platform);
        Ok(())
    }

    /// Makes an image the state of a stage.
    fn take_image(&mut self, id: StageId, platform: &Platform, approved: &ApprovedImage) {
        let stage = &mut self.stages[id];
        stage.base_name = approved.reference().to_string();
        let shown = self.options.multi_platform.then_some(platform);
        let from = format!("FROM {}", stage.base_name);
        let name = stage.next_step(&from, shown, &NoEnv);
        let meta = meta::described(meta::named(name), &stage.source_code).platform(platform);
        let meta = meta::located(meta, self.options.source_map.as_ref(), &stage.location);
        let how = ImageOptions {
            resolve_mode: self.options.resolve_mode,
            ..ImageOptions::default()
        };
        stage.state = self.graph.image(approved, how, meta);
    }

    /// Asks the gate about a directory or repository that a stage stands on: a root file system that no rule about images
    /// sees.
    fn ask_root(&self, job: &Job, loaded: &Loaded) -> Result<()> {
        let whole = matches!(
            loaded,
            Loaded::Local(_) | Loaded::Remote(Remote::Git { .. }, _)
        );
        let stage = &self.stages[job.stage];
        let (context, is_base) = match &job.kind {
            Kind::Base(context) => (context, !stage.is_image_source),
            Kind::Stage(context) => {
                let on_it =
                    |other: &Stage| other.base == Some(job.stage) && other.shipped.is_some();
                let ships = stage.shipped == Some(true);
                (context, ships || self.stages.iter().any(on_it))
            }
            Kind::Image | Kind::Late => return Ok(()),
        };
        if !whole || !is_base {
            return Ok(());
        }
        let place = Place {
            via: Via::NamedContext,
            ..place(stage)
        };
        let path = &context.input;
        let request = OtherRequest::RootFileSystem { path };
        self.sources.ledger.other(&request, &place).map(|_| ())
    }

    fn apply_stage_context(&mut self, job: Job, loaded: Loaded) -> Result<()> {
        self.ask_root(&job, &loaded)?;
        let (state, image) = self.context_state(loaded, job.stage)?;
        let stage = &mut self.stages[job.stage];
        stage.dispatched = true;
        stage.on_scratch = state.output().is_none();
        stage.state = state;
        if let Some(image) = image {
            let platform = &image.platform;
            if !platform.architecture.is_empty() && !platform.os.is_empty() {
                stage.platform = Some(platform.clone());
            }
            stage.set_image(image);
        }
        Ok(())
    }

    fn apply_base_context(&mut self, job: Job, loaded: Loaded) -> Result<()> {
        self.ask_root(&job, &loaded)?;
        let (state, image) = self.context_state(loaded, job.stage)?;
        let stage = &mut self.stages[job.stage];
        let image = image.unwrap_or_else(|| empty_image(&job.platform));
        stage.base_image = Some(Rc::new(image.clone()));
        stage.set_image(image);
        stage.on_scratch = state.output().is_none();
        stage.state = state.with_platform(&job.platform);
        stage.platform = Some(job.platform);
        Ok(())
    }
}

/// Where a stage's base stands.
fn place(stage: &Stage) -> Place<'_> {
    Place {
        via: stage.via.unwrap_or(Via::From),
        stage: &stage.display_name,
        scope: stage.scope(),
        location: &stage.wanted_at,
    }
}

/// An error of a stage's base, with its place: a refusal of the gate points at whoever wants the image.
fn located(error: Error, stage: &Stage) -> Error {
    if error.is_refusal() {
        error.at(&stage.wanted_at)
    } else {
        error.at(&stage.location)
    }
}

/// The image of `FROM scratch`.
pub(crate) fn empty_image(platform: &Platform) -> ImageConfig {
    let path = format!("PATH={}", paths::default_path_env(&platform.os));
    ImageConfig {
        platform: platform.clone(),
        rootfs_type: "layers".to_owned(),
        config: ContainerConfig {
            working_dir: "/".to_owned(),
            // Windows sets its own.
            env: (platform.os != "windows").then(|| vec![path]),
            ..ContainerConfig::default()
        },
        ..ImageConfig::default()
    }
}

/// The platform that an image was made for, where the worker has it and nobody asked for another.
fn nearest_platform(image: &Platform, target: Platform, supported: &[Platform]) -> Platform {
    let same = |p: &Platform| p.os == image.os && p.architecture == image.architecture;
    if same(&target) {
        return target;
    }
    supported
        .iter()
        .find(|p| same(p))
        .cloned()
        .unwrap_or(target)
}
