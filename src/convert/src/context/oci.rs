//! `oci-layout://store@sha256:…`: an image in a directory of the client.

use fromtier_dockerfile::error::{Error, Result};
use fromtier_gostd::strconv::quote;
use fromtier_image::{Digest, ImageConfig, ImageRef, Platform};
use fromtier_llb::{Constraints, Graph, OciLayoutOptions, State};
use fromtier_policy::ApprovedSource;
use fromtier_policy::gate::SourceRequest;

use super::lookup::NamedContext;
use crate::base::images::{Place, Sources};
use crate::options::Options;
use crate::resolver::{OciStore, ResolveImage, Resolver};

/// A resolved image of an OCI layout.
#[derive(Debug, Clone)]
pub(crate) struct OciImage {
    pub source: ApprovedSource,
    /// The reference in the operation: the context's name and the digest.
    pub reference: ImageRef,
    pub session: String,
    pub step: String,
    pub platform: Option<Platform>,
    pub config: ImageConfig,
}

impl OciImage {
    /// The image in a graph.
    pub fn state(&self, graph: &mut Graph, meta: Constraints) -> State {
        let how = OciLayoutOptions {
            session_id: self.session.clone(),
            ..OciLayoutOptions::default()
        };
        graph.oci_layout(&self.source, &self.reference, how, meta)
    }
}

/// Resolves `reference`, which names a store and a digest.
pub(super) async fn load<R: Resolver>(
    context: &NamedContext,
    reference: &str,
    sources: &Sources<'_, R>,
    options: &Options,
    place: &Place<'_>,
) -> Result<OciImage> {
    let quoted = quote(reference);
    let (store, digest) = split_reference(reference)
        .map_err(|e| e.wrap(format!("could not parse oci-layout reference {quoted}")))?;
    let Some(digest) = digest else {
        return Err(Error::new(format!(
            "oci-layout reference {quoted} has no digest"
        )));
    };
    let source = sources.ledger.approve_source(
        &SourceRequest::OciLayout {
            reference,
            context: Some(&context.key),
        },
        place,
    )?;
    // The log shows the context's name, which means more to its reader than the store's.
    let shown = ImageRef::parse(&context.name)
        .map_err(|e| {
            Error::new(e.to_string()).wrap(format!(
                "could not parse oci-layout reference {}",
                quote(&context.name)
            ))
        })?
        .with_digest(digest);
    let text = shown.to_string();
    let resolved = sources
        .resolver
        .image(ResolveImage {
            reference: &text,
            platform: context.platform.as_ref(),
            resolve_mode: Default::default(),
            operation_mode: Default::default(),
            log_name: &format!("[context {}] load metadata for {text}", context.key),
            store: Some(OciStore {
                session_id: &options.session_id,
                store_id: store,
            }),
        })
        .await?;
    sources
        .ledger
        .approve_replacement(&shown, &resolved, place)?;
    let config = ImageConfig::from_json(&resolved.config)
        .map_err(|e| Error::new(e.to_string()).wrap("could not parse oci-layout image config"))?;
    Ok(OciImage {
        source,
        reference: shown,
        session: options.session_id.clone(),
        step: format!("[context {}] OCI load from client", context.key),
        platform: context.platform.clone(),
        config,
    })
}

/// The store and the digest of a reference. It isn't normalized, since a store can have any name.
fn split_reference(reference: &str) -> Result<(&str, Option<Digest>)> {
    let (rest, digest) = match reference.split_once('@') {
        Some((rest, digest)) => {
            let digest = Digest::parse(digest).map_err(|e| Error::new(e.to_string()))?;
            (rest, Some(digest))
        }
        None => (reference, None),
    };
    let slash = rest.rfind('/').map_or(0, |at| at + 1);
    let store = match rest[slash..].find(':') {
        Some(colon) => &rest[..slash + colon],
        None => rest,
    };
    if store.is_empty() {
        return Err(Error::new(if reference.is_empty() {
            "repository name must have at least one component"
        } else {
            "invalid reference format"
        }));
    }
    let domain = store.split_once('/').map_or("", |(first, _)| first);
    let path = store.strip_prefix(domain).unwrap_or(store);
    let is_lower = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let separated = |b: u8| is_lower(b) || matches!(b, b'.' | b'_' | b'-' | b'/');
    let edges_fit = path.trim_start_matches('/').split('/').all(|part| {
        part.bytes().next().is_some_and(is_lower) && part.bytes().last().is_some_and(is_lower)
    });
    if !edges_fit || !path.bytes().all(separated) {
        let upper = path.bytes().any(|b| b.is_ascii_uppercase());
        return Err(Error::new(if upper {
            "repository name must be lowercase"
        } else {
            "invalid reference format"
        }));
    }
    Ok((store, digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_can_look_like_a_digest_but_needs_one() {
        let hex = "a".repeat(64);
        let reference = format!("{hex}@sha256:{hex}");
        let (store, digest) = split_reference(&reference).unwrap();
        assert_eq!(store, hex);
        assert_eq!(digest.unwrap().as_str(), format!("sha256:{hex}"));
        assert_eq!(split_reference("store:tag").unwrap(), ("store", None));
        assert_eq!(
            split_reference("Store").unwrap_err().message,
            "repository name must be lowercase"
        );
        assert_eq!(
            split_reference("").unwrap_err().message,
            "repository name must have at least one component"
        );
    }
}
