//! A fetched base becomes the state and the image config of its stage.

use std::rc::Rc;

use fromtier_dockerfile::error::Result;
use fromtier_dockerfile::lint::rules;
use fromtier_dockerfile::shell::NoEnv;
use fromtier_image::config::ContainerConfig;
use fromtier_image::{ImageConfig, Platform};
use fromtier_llb::{ImageOptions, State, might_be_root_file_system};
use fromtier_policy::ApprovedImage;
use fromtier_policy::gate::{SourceRequest, Via};

use super::images::{Admitted, Place};
use super::job::{BaseJob, FetchedBase, JobKind, base_place};
use crate::context::named::Loaded;
use crate::context::remote::Remote;
use crate::converter::Converter;
use crate::meta;
use crate::paths;
use crate::plan::deps::StageId;
use crate::resolver::Resolver;
use crate::stage::{BaseState, Stage};

impl<R: Resolver> Converter<'_, R> {
    pub(super) fn apply(&mut self, job: BaseJob, fetched: FetchedBase) -> Result<()> {
        match (fetched, &job.kind) {
            (FetchedBase::Image(admitted), JobKind::Late) => {
                self.take_image(job.stage, &job.platform, &admitted.approved);
                Ok(())
            }
            (FetchedBase::Image(admitted), _) => self.apply_image(job, *admitted),
            (FetchedBase::Context(loaded), JobKind::StageContext(_)) => {
                self.apply_stage_context(job, *loaded)
            }
            (FetchedBase::Context(loaded), _) => self.apply_base_context(job, *loaded),
        }
    }

    fn apply_image(&mut self, job: BaseJob, admitted: Admitted) -> Result<()> {
        let Admitted { approved, config } = admitted;
        let stage = &mut self.stages[job.stage];
        let mut platform = job.platform;
        if stage.platform.is_none() && self.platforms.implicit {
            platform = nearest_platform(&config.platform, platform, &self.platforms.build);
        }
        stage.base.image = Some(Rc::new(config.clone()));
        // Old images have no layer ids; their history shows whether they have layers.
        let empty = config.diff_ids.as_ref().is_none_or(Vec::is_empty)
            && config.history.iter().all(|h| h.empty_layer);
        stage.set_image(config);
        if empty {
            stage.base.name = approved.reference().to_string();
            stage.built.state = State::scratch();
            stage.base.is_empty = true;
        } else {
            self.take_image(job.stage, &platform, &approved);
            let stage = &self.stages[job.stage];
            let actual = &stage.built.image.platform;
            if platform.os != actual.os || platform.architecture != actual.architecture {
                self.lint.run(
                    &rules::INVALID_BASE_IMAGE_PLATFORM,
                    &stage.written.location,
                    |text| {
                        text(
                            &job.name,
                            &platform.clone().normalize().format_all(),
                            &actual.clone().normalize().format_all(),
                        )
                    },
                );
            }
        }
        self.stages[job.stage].platform = Some(platform);
        Ok(())
    }

    /// Makes an image the state of a stage, which is the step of its `FROM`.
    fn take_image(&mut self, id: StageId, platform: &Platform, approved: &ApprovedImage) {
        let stage = &mut self.stages[id];
        stage.base.name = approved.reference().to_string();
        let shown = self.options.multi_platform.then_some(platform);
        let from = format!("FROM {}", stage.base.name);
        let name = stage.next_step(&from, shown, &NoEnv);
        let meta =
            meta::described(meta::named(name), &stage.written.source_code).platform(platform);
        let meta = meta::located(
            meta,
            self.options.source_map.as_ref(),
            &stage.written.location,
        );
        let how = ImageOptions {
            resolve_mode: self.options.resolve_mode,
            ..ImageOptions::default()
        };
        stage.built.state = self.graph.image(approved, how, meta);
    }

    /// Asks the gate about a stage's base that isn't an image: a directory, a repository, or a client's definition. It might be
    /// a root file system, which no rule about images covers.
    fn ask_root(&self, job: &BaseJob, loaded: &Loaded) -> Result<()> {
        let whole = match loaded {
            Loaded::Local(_) | Loaded::Remote(Remote::Git { .. }, _) => true,
            Loaded::Input { definition, .. } => might_be_root_file_system(definition),
            _ => false,
        };
        let stage = &self.stages[job.stage];
        let (context, is_base) = match &job.kind {
            JobKind::BaseContext(context) => (context, !stage.plan.is_image_source),
            JobKind::StageContext(context) => {
                let on_it = |other: &Stage| {
                    other.base_stage() == Some(job.stage) && other.plan.shipped.is_some()
                };
                let ships = stage.plan.shipped == Some(true);
                (context, ships || self.stages.iter().any(on_it))
            }
            JobKind::Image | JobKind::Late => return Ok(()),
        };
        if !whole || !is_base {
            return Ok(());
        }
        let place = Place {
            via: Via::NamedContext,
            ..base_place(stage)
        };
        let path = &context.input;
        let request = SourceRequest::RootFileSystem { path };
        self.sources
            .ledger
            .approve_source(&request, &place)
            .map(|_| ())
    }

    fn apply_stage_context(&mut self, job: BaseJob, loaded: Loaded) -> Result<()> {
        self.ask_root(&job, &loaded)?;
        let (state, image) = self.context_state(loaded, job.stage)?;
        let stage = &mut self.stages[job.stage];
        stage.base.state = BaseState::Context;
        stage.base.is_empty = state.output().is_none();
        stage.built.state = state;
        if let Some(image) = image {
            let platform = &image.platform;
            if !platform.architecture.is_empty() && !platform.os.is_empty() {
                stage.platform = Some(platform.clone());
            }
            stage.set_image(image);
        }
        Ok(())
    }

    fn apply_base_context(&mut self, job: BaseJob, loaded: Loaded) -> Result<()> {
        self.ask_root(&job, &loaded)?;
        let (state, image) = self.context_state(loaded, job.stage)?;
        let stage = &mut self.stages[job.stage];
        let image = image.unwrap_or_else(|| empty_image(&job.platform));
        stage.base.image = Some(Rc::new(image.clone()));
        stage.set_image(image);
        stage.base.is_empty = state.output().is_none();
        stage.built.state = state.with_platform(&job.platform);
        stage.platform = Some(job.platform);
        Ok(())
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
            // Windows sets its own PATH.
            env: (platform.os != "windows").then(|| vec![path]),
            ..ContainerConfig::default()
        },
        ..ImageConfig::default()
    }
}

/// The platform that an image was made for, if the worker supports it. Only used if the build asks for no platform; as
/// BuildKit's `autoDetectPlatform`.
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
