//! Contexts in the graph, both those that are known at once and those that wait for the paths that are used of them.

use fromtier_dockerfile::error::Result;
use fromtier_image::ImageConfig;
use fromtier_llb::{ImageOptions, Output, State};
use fromtier_policy::gate::Via;

use super::named::Loaded;
use super::waiting::WaitingLocal;
use super::{main, remote};
use crate::base::images::Place;
use crate::converter::Converter;
use crate::meta;
use crate::plan::deps::StageId;
use crate::resolver::Resolver;

impl<R: Resolver> Converter<'_, R> {
    /// A named context as the state of a stage, and the image that it brings.
    pub(crate) fn context_state(
        &mut self,
        loaded: Loaded,
        stage: StageId,
    ) -> Result<(State, Option<ImageConfig>)> {
        Ok(match loaded {
            Loaded::Scratch => (State::scratch(), None),
            Loaded::Image {
                name,
                platform,
                admitted,
            } => {
                let mut meta = meta::named(name);
                if let Some(platform) = &platform {
                    meta = meta.platform(platform);
                }
                let image = &admitted.approved;
                let state = self.graph.image(image, ImageOptions::default(), meta);
                let state = state.with_image_config(&admitted.config);
                // Unlike the images of the other contexts, it has no date even as `StageBase::image`.
                let config = ImageConfig {
                    created: None,
                    ..admitted.config
                };
                (state, Some(config))
            }
            Loaded::Remote(remote, meta) => (remote.state(&mut self.graph, *meta), None),
            Loaded::OciLayout(image) => {
                let mut meta = meta::named(&image.step);
                if let Some(platform) = &image.platform {
                    meta = meta.platform(platform);
                }
                let state = image.state(&mut self.graph, meta);
                (state.with_image_config(&image.config), Some(image.config))
            }
            Loaded::Local(context) => {
                let place = self.graph.defer();
                self.locals.push(WaitingLocal {
                    place,
                    context,
                    stage,
                });
                (State::new(&self.graph, place), None)
            }
            Loaded::Input { definition, config } => {
                let ledger = &self.sources.ledger;
                let stage = &self.stages[stage];
                let place = Place {
                    via: Via::Input,
                    scope: stage.scope(),
                    location: &stage.written.location,
                };
                let state = remote::place_input(&mut self.graph, ledger, &definition, &place)?;
                match config {
                    Some(config) => (state.with_image_config(&config), Some(*config)),
                    None => (state, None),
                }
            }
        })
    }

    /// Puts the main context into its place.
    pub(crate) fn fill_main_context(&mut self, place: Output) -> Result<()> {
        let state = main::place_used_paths(
            &mut self.graph,
            &self.sources.ledger,
            self.options,
            &self.excludes,
            self.ctx_paths.filter(),
        )?;
        self.graph.fill(place, &state);
        Ok(())
    }

    /// Puts the named directories into their places.
    pub(crate) fn fill_locals(&mut self) {
        for WaitingLocal {
            place,
            context,
            stage,
        } in std::mem::take(&mut self.locals)
        {
            let state = context.state(&mut self.graph, self.stages.paths(stage).filter());
            self.graph.fill(place, &state);
        }
    }
}
