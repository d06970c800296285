//! FT140–FT144, FT146, FT147: sources other than images: git, HTTP, scratch, OCI layouts, local directories, cache.

use fromtier_image::Digest;

use crate::active_policy::ActivePolicy;
use crate::code::Code;
use crate::request::SourceRequest;
use crate::settings::{SourceKind, SourceRule};
use crate::verdict::{Finding, Severity};

pub(crate) fn check(policy: &ActivePolicy<'_>, request: &SourceRequest<'_>) -> Option<Finding> {
    let (code, kind, description, group) = match request {
        SourceRequest::Git { .. } => (
            Code::GitRepository,
            SourceKind::Git,
            "is a git repository",
            "git repositories",
        ),
        SourceRequest::Http { .. } => (
            Code::HttpDownload,
            SourceKind::Http,
            "is a download by URL",
            "downloads by URL",
        ),
        SourceRequest::Scratch => (
            Code::Scratch,
            SourceKind::Scratch,
            "is an empty base image",
            "empty base images",
        ),
        SourceRequest::OciLayout { .. } => (
            Code::OciLayout,
            SourceKind::OciLayout,
            "is an image from an OCI layout",
            "images from an OCI layout",
        ),
        SourceRequest::Local { .. } => (
            Code::LocalDirectory,
            SourceKind::Local,
            "is a local directory",
            "local directories",
        ),
        SourceRequest::RootFileSystem { .. } => (
            Code::RootFileSystem,
            SourceKind::RootFileSystem,
            "might be a root file system",
            "root file systems",
        ),
        SourceRequest::CacheImport { .. } => (
            Code::ImportedCache,
            SourceKind::CacheImport,
            "is imported cache",
            "imported cache",
        ),
    };
    let (identifier, owner) = (request.identifier(), policy.owner);
    match policy.source(kind) {
        SourceRule::Action(Severity::Allow) => None,
        SourceRule::RequireChecksum if is_checked(request) => None,
        SourceRule::RequireChecksum => {
            let found = checksum_problem(request);
            let message = format!("{identifier} {found}; {owner} requires a checksum for {group}");
            let help = match request {
                SourceRequest::Git { .. } => {
                    "write the full commit, 40 or 64 digits: ADD --checksum=<commit> …"
                }
                _ => "write the checksum: ADD --checksum=sha256:<digest> …",
            };
            Some(Finding::new(code, Severity::Deny, message).with_help(help))
        }
        SourceRule::Action(severity) => {
            let message = format!(
                "{identifier} {description}; {} {group}",
                policy.verb(severity)
            );
            let help = match request {
                SourceRequest::RootFileSystem { .. } => {
                    "use a base image; for single files use `COPY`, which unpacks nothing"
                        .to_owned()
                }
                _ => format!(
                    "change `sources: {{{}: …}}` in the policy to allow it",
                    kind.key()
                ),
            };
            Some(Finding::new(code, severity, message).with_help(help))
        }
    }
}

/// Returns what is wrong with the checksum of a request that isn't [checked](is_checked).
fn checksum_problem(request: &SourceRequest<'_>) -> &'static str {
    match request {
        SourceRequest::Git {
            checksum: Some(checksum),
            ..
        }
        | SourceRequest::Http {
            checksum: Some(checksum),
            ..
        } if !checksum.is_empty() => "has no full checksum",
        _ => "has no checksum",
    }
}

/// Whether the source's content is fixed by a full checksum.
fn is_checked(request: &SourceRequest<'_>) -> bool {
    match request {
        SourceRequest::Git {
            checksum: Some(checksum),
            ..
        } => matches!(checksum.len(), 40 | 64) && checksum.bytes().all(|b| b.is_ascii_hexdigit()),
        SourceRequest::Http {
            checksum: Some(checksum),
            ..
        } => Digest::parse(checksum).is_ok(),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
