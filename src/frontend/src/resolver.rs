//! Answers a conversion's questions with BuildKit's help. A question is sent only once in a build.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use fromtier_convert::{
    ResolveError, ResolveImage, ResolvedImage, Resolver, SourceMetadata, SourceMetadataRequest,
};
use fromtier_gateway::{self as gateway, Bridge, ImageConfigRequest, SolveOptions};
use fromtier_gostd::time::Time;
use fromtier_proto::{gw, pb};
use futures_util::FutureExt;
use futures_util::future::Shared;

use crate::source::{self, Sources};
use crate::status::gateway_error;

type ImageResult = Result<ResolvedImage, ResolveError>;
type SharedResult<'a> = Shared<Pin<Box<dyn Future<Output = ImageResult> + 'a>>>;

/// The builder as a [`Resolver`].
pub struct BuilderResolver<'a> {
    bridge: &'a Bridge,
    sources: &'a Sources,
    gate: &'a fromtier_policy::Gate,
    dockerfile: &'a crate::source::Dockerfile,
    asked: RefCell<BTreeMap<String, SharedResult<'a>>>,
}

impl std::fmt::Debug for BuilderResolver<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BuilderResolver").finish_non_exhaustive()
    }
}

impl<'a> BuilderResolver<'a> {
    pub fn new(
        bridge: &'a Bridge,
        sources: &'a Sources,
        gate: &'a fromtier_policy::Gate,
        dockerfile: &'a crate::source::Dockerfile,
    ) -> Self {
        BuilderResolver {
            bridge,
            sources,
            gate,
            dockerfile,
            asked: RefCell::default(),
        }
    }
}

impl Resolver for BuilderResolver<'_> {
    async fn image(&self, request: ResolveImage<'_>) -> ImageResult {
        let platform = request.platform.map(fromtier_llb::platform_to_pb);
        if request.log_name.is_empty() {
            // The image of a scanner: the builder itself names it in the progress display.
            let named = self.bridge.options().options.get("image-resolve-mode");
            let call = gw::ResolveSourceMetaRequest {
                source: Some(pb::SourceOp {
                    identifier: format!("docker-image://{}", request.reference),
                    ..Default::default()
                }),
                platform,
                resolve_mode: named.cloned().unwrap_or_default(),
                image: Some(gw::ResolveSourceImageRequest::default()),
                ..Default::default()
            };
            let found = self
                .bridge
                .resolve_source_meta(call)
                .await
                .map_err(resolve_error)?;
            let updated = found.source.unwrap_or_default().identifier;
            let Some(image) = found.image else {
                return Err(ResolveError::NotAnImage {
                    reference: request.reference.to_owned(),
                    updated,
                });
            };
            return Ok(ResolvedImage {
                reference: updated
                    .strip_prefix("docker-image://")
                    .unwrap_or(&updated)
                    .to_owned(),
                digest: image.digest,
                config: image.config,
            });
        }
        let call = ImageConfigRequest {
            reference: request.reference.to_owned(),
            platform,
            resolve_mode: request.resolve_mode.name().to_owned(),
            attrs: (request.operation_mode.attr().into_iter())
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
            log_name: request.log_name.to_owned(),
            oci_store: request
                .store
                .map(|s| (s.session_id.to_owned(), s.store_id.to_owned())),
        };
        let key = format!("{call:?}");
        let question = {
            let bridge = self.bridge;
            let mut asked = self.asked.borrow_mut();
            let question = asked.entry(key).or_insert_with(|| {
                let ask = async move {
                    match bridge.resolve_image_config(call).await {
                        Ok(image) => Ok(ResolvedImage {
                            reference: image.reference,
                            digest: image.digest,
                            config: image.config,
                        }),
                        Err(gateway::Error::NonImage { updated, reference }) => {
                            Err(ResolveError::NotAnImage { updated, reference })
                        }
                        Err(error) => Err(resolve_error(error)),
                    }
                };
                let boxed: Pin<Box<dyn Future<Output = ImageResult> + '_>> = Box::pin(ask);
                boxed.shared()
            });
            question.clone()
        };
        question.await
    }

    async fn read_file(
        &self,
        definition: pb::Definition,
        evaluate: bool,
        path: &str,
    ) -> Result<Option<Vec<u8>>, ResolveError> {
        let options = SolveOptions {
            evaluate,
            ..SolveOptions::default()
        };
        let solved = self
            .bridge
            .solve(definition, options)
            .await
            .map_err(resolve_error)?;
        let read = source::read_optional(self.bridge, solved.reference.as_ref(), path).await;
        source::ignore_unreadable(read).map_err(resolve_error)
    }

    async fn inputs(&self) -> Result<BTreeMap<String, pb::Definition>, ResolveError> {
        self.bridge.inputs().await.map_err(resolve_error)
    }

    async fn dockerignore(&self) -> Result<Vec<String>, ResolveError> {
        self.sources
            .dockerignore(self.bridge, self.gate, self.dockerfile)
            .await
            .map_err(ResolveError::from)
    }

    async fn source_metadata(
        &self,
        request: SourceMetadataRequest<'_>,
    ) -> Result<SourceMetadata, ResolveError> {
        let call = gw::ResolveSourceMetaRequest {
            source: Some(pb::SourceOp {
                identifier: request.identifier.to_owned(),
                attrs: request.attrs.clone(),
            }),
            log_name: request.log_name.to_owned(),
            git: request
                .return_object
                .then_some(gw::ResolveSourceGitRequest {
                    return_object: true,
                }),
            ..Default::default()
        };
        let answer = (self.bridge.resolve_source_meta(call).await).map_err(resolve_error)?;
        Ok(SourceMetadata {
            git_commit: answer
                .git
                .map(|g| g.commit_object)
                .filter(|object| !object.is_empty()),
            http_last_modified: answer
                .http
                .and_then(|h| h.last_modified)
                .map(|t| Time::utc(t.seconds, t.nanos.try_into().unwrap_or_default())),
        })
    }
}

fn resolve_error(error: gateway::Error) -> ResolveError {
    ResolveError::from(gateway_error(error))
}
