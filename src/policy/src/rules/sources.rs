//! FT140–FT144, FT146, FT147: sources that are no images: git, HTTP, scratch, OCI layouts, local directories, cache.

use crate::code::Code;
use crate::gate::OtherRequest;
use crate::layer::View;
use crate::settings::{SourceKind, SourceRule};
use crate::verdict::{Finding, Severity};
use fromtier_image::Digest;

pub(crate) fn check(layer: &View<'_>, request: &OtherRequest<'_>) -> Option<Finding> {
    let (code, kind, shown, group) = match request {
        OtherRequest::Git { url, .. } => (
            Code::GitRepository,
            SourceKind::Git,
            *url,
            "git repositories",
        ),
        OtherRequest::Http { url, .. } => (
            Code::HttpDownload,
            SourceKind::Http,
            *url,
            "downloads by URL",
        ),
        OtherRequest::Scratch => (
            Code::Scratch,
            SourceKind::Scratch,
            "scratch",
            "bases without a base",
        ),
        OtherRequest::OciLayout { reference } => (
            Code::OciLayout,
            SourceKind::OciLayout,
            *reference,
            "images from an OCI layout",
        ),
        OtherRequest::Local { name } => (
            Code::LocalDirectory,
            SourceKind::Local,
            *name,
            "local directories",
        ),
        OtherRequest::RootFileSystem { path } => (
            Code::RootFileSystem,
            SourceKind::RootFileSystem,
            *path,
            "what may be a root file system on scratch",
        ),
        OtherRequest::CacheImport { from } => (
            Code::ImportedCache,
            SourceKind::CacheImport,
            *from,
            "imported cache",
        ),
    };
    let key = kind.key();
    let who = layer.owner;
    let severity = match layer.source(kind) {
        SourceRule::Say(Severity::Allow) => return None,
        SourceRule::Say(severity) => severity,
        SourceRule::RequireChecksum if is_checked(request) => return None,
        SourceRule::RequireChecksum => {
            return Some(Finding {
                code,
                severity: Severity::Deny,
                message: format!(
                    "{shown} has no checksum; {who} takes {group} with a checksum only"
                ),
                help: Some(match request {
                    OtherRequest::Git { .. } => {
                        "ADD --checksum=<commit> …, all of its 40 or 64 digits".into()
                    }
                    _ => "ADD --checksum=sha256:<digest> …".into(),
                }),
                suggestion: None,
            });
        }
    };
    let verb = if severity == Severity::Deny {
        "refuses"
    } else {
        "warns about"
    };
    Some(Finding {
        code,
        severity,
        message: format!("{shown}: {who} {verb} {group}"),
        help: Some(match request {
            OtherRequest::RootFileSystem { .. } => {
                "COPY unpacks nothing; for a whole system use a base image".to_owned()
            }
            _ => format!("`sources: {{{key}: …}}` in the policy decides on it"),
        }),
        suggestion: None,
    })
}

/// Is it held to its content, wholly?
fn is_checked(request: &OtherRequest<'_>) -> bool {
    match request {
        OtherRequest::Git {
            checksum: Some(checksum),
            ..
        } => matches!(checksum.len(), 40 | 64) && checksum.bytes().all(|b| b.is_ascii_hexdigit()),
        OtherRequest::Http {
            checksum: Some(checksum),
            ..
        } => Digest::parse(checksum).is_ok(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::gate::OtherRequest;
    use crate::scope::Scope;
    use crate::testing::gate;

    #[test]
    fn without_a_word_they_pass() {
        let gate = gate("version: 1", "");
        for request in [
            OtherRequest::Git {
                url: "https://github.com/a/b.git",
                checksum: None,
            },
            OtherRequest::Http {
                url: "https://example.com/x",
                checksum: None,
            },
            OtherRequest::Scratch,
            OtherRequest::OciLayout {
                reference: "store@sha256:abc",
            },
            OtherRequest::Local { name: "context" },
            OtherRequest::RootFileSystem { path: "root.tar" },
            OtherRequest::CacheImport { from: "acme/cache" },
        ] {
            gate.other(&request, &Scope::default()).unwrap();
        }
    }

    #[test]
    fn each_kind_can_be_refused() {
        let gate = gate(
            "version: 1\nsources: {git: deny, http: deny, scratch: deny, oci-layout: deny, local: deny, root-file-system: deny, cache-import: deny}",
            "",
        );
        for (request, code) in [
            (
                OtherRequest::Git {
                    url: "https://github.com/a/b.git",
                    checksum: None,
                },
                "FT140",
            ),
            (
                OtherRequest::Http {
                    url: "https://example.com/x",
                    checksum: None,
                },
                "FT141",
            ),
            (OtherRequest::Scratch, "FT142"),
            (
                OtherRequest::OciLayout {
                    reference: "store@sha256:abc",
                },
                "FT143",
            ),
            (OtherRequest::Local { name: "context" }, "FT144"),
            (OtherRequest::RootFileSystem { path: "root.tar" }, "FT146"),
            (OtherRequest::CacheImport { from: "acme/cache" }, "FT147"),
        ] {
            assert_eq!(
                gate.other(&request, &Scope::default()).unwrap_err().code,
                code
            );
        }
    }

    #[test]
    fn a_checksum_can_be_required() {
        let gate = gate(
            "version: 1\nsources: {git: require-checksum, http: require-checksum}",
            "",
        );
        let sum = format!("sha256:{}", "a".repeat(64));
        let commit = "a".repeat(40);
        let http = OtherRequest::Http {
            url: "https://example.com/x",
            checksum: Some(&sum),
        };
        gate.other(&http, &Scope::default()).unwrap();
        let git = OtherRequest::Git {
            url: "https://github.com/a/b.git",
            checksum: Some(&commit),
        };
        gate.other(&git, &Scope::default()).unwrap();
        for checksum in [None, Some("abc"), Some("")] {
            let git = OtherRequest::Git {
                url: "https://github.com/a/b.git",
                checksum,
            };
            let http = OtherRequest::Http {
                url: "https://example.com/x",
                checksum,
            };
            assert_eq!(
                gate.other(&git, &Scope::default()).unwrap_err().code,
                "FT140"
            );
            assert_eq!(
                gate.other(&http, &Scope::default()).unwrap_err().code,
                "FT141"
            );
        }
    }
}
