//! FT140–FT144, FT146, FT147: sources other than images: git, HTTP, scratch, OCI layouts, local directories, cache.

use std::borrow::Cow;

use fromtier_image::Digest;

use crate::active_policy::ActivePolicy;
use crate::code::Code;
use crate::download::{DownloadRule, Location};
use crate::request::SourceRequest;
use crate::settings::{SourceKind, SourceRule};
use crate::verdict::{Finding, Severity};

pub(crate) fn check(policy: &ActivePolicy<'_>, request: &SourceRequest<'_>) -> Option<Finding> {
    let (code, kind, description, group) = words(request);
    let (identifier, owner) = (shown(request), policy.owner);
    let named = named_rule(policy, request);
    let rule = match &named {
        Named::Rule(named) => named.rule,
        Named::Nothing => policy.source(kind),
        Named::Unreadable => {
            let message = format!(
                "{identifier} has no path that can be compared; {owner} restricts downloads by host and path"
            );
            let help = "write the URL with its host, and without `..` and escapes in its path";
            return Some(Finding::new(code, Severity::Deny, message).with_help(help));
        }
    };
    let (group, reason) = match &named {
        Named::Rule(rule) => (format!("`{}`", rule.pattern.text), rule.reason.as_deref()),
        _ => (group.to_owned(), None),
    };
    let reason = reason.map_or(String::new(), |reason| format!(": {reason}"));
    match rule {
        SourceRule::Action(Severity::Allow) => None,
        SourceRule::RequireChecksum if is_checked(request) => None,
        SourceRule::RequireChecksum => {
            let found = checksum_problem(request);
            let message =
                format!("{identifier} {found}; {owner} requires a checksum for {group}{reason}");
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
                "{identifier} {description}; {} {group}{reason}",
                policy.verb(severity)
            );
            Some(Finding::new(code, severity, message).with_help(help(request, &named, kind)))
        }
    }
}

/// Returns the source as messages name it.
fn shown<'a>(request: &SourceRequest<'a>) -> Cow<'a, str> {
    match request {
        SourceRequest::OciLayout {
            context: Some(name),
            ..
        } => format!("the named context `{name}`").into(),
        other => other.identifier().into(),
    }
}

/// Returns the code of a kind of source, its setting, and its words: "is a download", "downloads".
fn words(request: &SourceRequest<'_>) -> (Code, SourceKind, &'static str, &'static str) {
    match request {
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
    }
}

/// What the policy's `downloads` say of a source.
enum Named<'a> {
    /// The strictest rule that matches.
    Rule(&'a DownloadRule),
    Nothing,
    /// There are rules, and the source's URL can't be compared with them.
    Unreadable,
}

fn named_rule<'a>(policy: &ActivePolicy<'a>, request: &SourceRequest<'_>) -> Named<'a> {
    let rules = &policy.index.policy.downloads;
    let is_download = matches!(
        request,
        SourceRequest::Git { .. } | SourceRequest::Http { .. }
    );
    if rules.is_empty() || !is_download {
        return Named::Nothing;
    }
    let Some(location) = Location::of(request) else {
        return Named::Unreadable;
    };
    let matching = rules.iter().filter(|rule| rule.pattern.matches(&location));
    let strictest = matching.reduce(|first, next| {
        if first.rule.strictest(next.rule) == first.rule {
            first
        } else {
            next
        }
    });
    strictest.map_or(Named::Nothing, Named::Rule)
}

fn help(request: &SourceRequest<'_>, named: &Named<'_>, kind: SourceKind) -> String {
    match (request, named) {
        (SourceRequest::RootFileSystem { .. }, _) => {
            "use a base image; for single files use `COPY`, which unpacks nothing".to_owned()
        }
        (_, Named::Rule(_)) => "use another source, or change `downloads` in the policy".to_owned(),
        (SourceRequest::Git { .. } | SourceRequest::Http { .. }, _) => format!(
            "change `sources: {{{}: …}}` in the policy to allow it, or `downloads` to allow its host",
            kind.key()
        ),
        _ => format!(
            "change `sources: {{{}: …}}` in the policy to allow it",
            kind.key()
        ),
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
