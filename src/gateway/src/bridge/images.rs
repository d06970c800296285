//! Resolves sources to their current state, with the call that the builder has.

use std::collections::BTreeMap;

use fromtier_proto::{gw, pb};

use super::Bridge;
use crate::error::Error;

/// A request for an image's config.
#[derive(Debug, Clone, Default)]
pub struct ImageConfigRequest {
    /// The full reference.
    pub reference: String,
    /// The platform; the worker's own if none.
    pub platform: Option<pb::Platform>,
    /// `default`, `pull`, `local` or empty. Builders with a resolver for all kinds of sources use their default.
    pub resolve_mode: String,
    /// The attributes that the image's operation has in the graph, for the client's source policies. Builders without a
    /// resolver for all kinds of sources can't be told.
    pub attrs: BTreeMap<String, String>,
    /// The name that progress displays show.
    pub log_name: String,
    /// The session and the store of an image in an OCI layout.
    pub oci_store: Option<(String, String)>,
}

/// An image as it is right now.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImageConfig {
    /// The reference after the client's source policies were applied.
    pub reference: String,
    /// The digest of its index or manifest; can be empty.
    pub digest: String,
    /// The OCI image config in JSON.
    pub config: Vec<u8>,
}

impl Bridge {
    /// Resolves a source. A builder without a resolver for all kinds of sources is only asked about images; any other
    /// source is returned unchanged.
    pub async fn resolve_source_meta(
        &self,
        request: gw::ResolveSourceMetaRequest,
    ) -> Result<gw::ResolveSourceMetaResponse, Error> {
        let image = request.image.as_ref();
        let wants_attestations =
            image.is_some_and(|i| i.attestation_chain || !i.resolve_attestations.is_empty());
        if self.caps.has("source.metaresolver") {
            if wants_attestations {
                self.caps
                    .supports("source.metaresolver.image.attestations")?;
            }
            return self.connection.call("ResolveSourceMeta", request).await;
        }
        if wants_attestations {
            self.caps.supports("source.metaresolver")?;
        }
        let mut source = request.source.unwrap_or_default();
        let scheme = ["docker-image://", "oci-layout://"]
            .into_iter()
            .find(|scheme| source.identifier.starts_with(scheme));
        let Some(scheme) = scheme else {
            return Ok(gw::ResolveSourceMetaResponse {
                source: Some(source),
                ..Default::default()
            });
        };
        let attr = |name: &str| source.attrs.get(name).cloned().unwrap_or_default();
        let found = self
            .resolve_image_config(ImageConfigRequest {
                reference: source.identifier[scheme.len()..].to_owned(),
                platform: request.platform,
                resolve_mode: request.resolve_mode,
                attrs: BTreeMap::new(),
                log_name: request.log_name,
                oci_store: (scheme == "oci-layout://")
                    .then(|| (attr("oci.session"), attr("oci.store"))),
            })
            .await?;
        source.identifier = format!("{scheme}{}", found.reference);
        Ok(gw::ResolveSourceMetaResponse {
            source: Some(source),
            image: Some(gw::ResolveSourceImageResponse {
                digest: found.digest,
                config: found.config,
                attestation_chain: None,
            }),
            ..Default::default()
        })
    }

    /// Resolves an image's digest and config.
    ///
    /// # Errors
    /// [`Error::NonImage`] if a source policy of the client turns it into something else.
    pub async fn resolve_image_config(
        &self,
        request: ImageConfigRequest,
    ) -> Result<ImageConfig, Error> {
        if self.caps.has("source.metaresolver") {
            return self.image_config_by_source(request).await;
        }
        let (session_id, store_id) = request.oci_store.clone().unwrap_or_default();
        let response: gw::ResolveImageConfigResponse = self
            .connection
            .call(
                "ResolveImageConfig",
                gw::ResolveImageConfigRequest {
                    r#ref: request.reference.clone(),
                    platform: request.platform,
                    resolve_mode: request.resolve_mode,
                    log_name: request.log_name,
                    resolver_type: request.oci_store.is_some().into(),
                    session_id,
                    store_id,
                },
            )
            .await?;
        Ok(ImageConfig {
            // Old builders don't return a reference.
            reference: if response.r#ref.is_empty() {
                request.reference
            } else {
                response.r#ref
            },
            digest: response.digest,
            config: response.config,
        })
    }

    async fn image_config_by_source(
        &self,
        request: ImageConfigRequest,
    ) -> Result<ImageConfig, Error> {
        let (scheme, attrs) = match request.oci_store {
            None => ("docker-image", request.attrs),
            Some((session, store)) => (
                "oci-layout",
                BTreeMap::from([
                    ("oci.session".to_owned(), session),
                    ("oci.store".to_owned(), store),
                ]),
            ),
        };
        let response: gw::ResolveSourceMetaResponse = self
            .connection
            .call(
                "ResolveSourceMeta",
                gw::ResolveSourceMetaRequest {
                    source: Some(pb::SourceOp {
                        identifier: format!("{scheme}://{}", request.reference),
                        attrs,
                    }),
                    platform: request.platform,
                    log_name: request.log_name,
                    ..Default::default()
                },
            )
            .await?;
        let identifier = response.source.unwrap_or_default().identifier;
        let Some(image) = response.image else {
            return Err(Error::NonImage {
                reference: request.reference,
                updated: identifier,
            });
        };
        let reference = ["docker-image://", "oci-layout://"]
            .into_iter()
            .find_map(|scheme| identifier.strip_prefix(scheme))
            .unwrap_or(&identifier);
        Ok(ImageConfig {
            reference: reference.to_owned(),
            digest: image.digest,
            config: image.config,
        })
    }
}
