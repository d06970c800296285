//! Git repositories and files from the web, as `ADD` and contexts name them.

use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::git_url::GitRef;
use fromtier_gostd::path;
use fromtier_gostd::url::Url;
use fromtier_image::Digest;
use fromtier_llb::{Constraints, GitOptions, Graph, HttpOptions, InputError, State};
use fromtier_policy::ApprovedSource;
use fromtier_policy::gate::SourceRequest;
use fromtier_proto::pb;

use crate::base::images::{Ledger, Place};
use crate::meta;
use crate::options::Options;

/// An approved source for the graph.
#[derive(Debug, Clone)]
pub(crate) enum Remote {
    Git {
        source: ApprovedSource,
        options: GitOptions,
    },
    Http {
        source: ApprovedSource,
        options: HttpOptions,
    },
}

impl Remote {
    /// The same source. A Git repository shows Git's advice if the build asks for it.
    pub fn with_git_advice(mut self, build: &Options) -> Self {
        if let Remote::Git { options, .. } = &mut self {
            options.advice = build.git_advice;
        }
        self
    }

    pub fn state(&self, graph: &mut Graph, constraints: Constraints) -> State {
        match self {
            Remote::Git { source, options } => graph.git(source, options.clone(), constraints),
            Remote::Http { source, options } => graph.http(source, options.clone(), constraints),
        }
    }
}

/// A git repository, if the gate approves it.
pub(crate) fn approve_git(
    ledger: &Ledger<'_>,
    git: &GitRef,
    options: GitOptions,
    place: &Place<'_>,
) -> Result<Remote> {
    let checksum = Some(options.checksum.as_str()).filter(|c| !c.is_empty());
    let request = SourceRequest::Git {
        url: &git.remote,
        checksum,
    };
    let source = ledger.approve_source(&request, place)?;
    Ok(Remote::Git { source, options })
}

/// The options in the text that names a repository.
pub(crate) fn git_options(git: &GitRef) -> GitOptions {
    GitOptions {
        reference: git.ref_name.clone(),
        subdir: git.sub_dir.clone(),
        keep_git_dir: git.keep_git_dir == Some(true),
        checksum: git.checksum.clone(),
        skip_submodules: git.submodules == Some(false),
        mtime: git.mtime.clone(),
        fetch_by_commit: git.fetch_by_commit,
        ..GitOptions::default()
    }
}

/// A file from the web, if the gate approves it.
pub(crate) fn approve_http(
    ledger: &Ledger<'_>,
    url: &str,
    filename: String,
    checksum: Option<Digest>,
    place: &Place<'_>,
) -> Result<Remote> {
    let request = SourceRequest::Http {
        url,
        checksum: checksum.as_ref().map(Digest::as_str),
    };
    let source = ledger.approve_source(&request, place)?;
    let options = HttpOptions {
        filename,
        checksum,
        ..HttpOptions::default()
    };
    Ok(Remote::Http { source, options })
}

/// A definition of the client, if the gate approves every source in it.
pub(crate) fn place_input(
    graph: &mut Graph,
    ledger: &Ledger<'_>,
    definition: &pb::Definition,
    place: &Place<'_>,
) -> Result<State> {
    match graph.input(ledger.gate, &place.scope, definition) {
        Ok(input) => {
            input
                .verdicts
                .iter()
                .for_each(|v| ledger.record_verdict(v, place));
            Ok(input.state)
        }
        Err(InputError::Denied(denial)) => Err(ledger.refusal_error(&denial, place)),
        Err(InputError::Invalid(text)) => Err(Error::new(text)),
    }
}

/// A context in a git repository, with the name of its step; `None` if the text doesn't name a repository.
///
/// # Errors
///
/// The text names a repository but isn't valid, or the gate refuses it.
pub(crate) fn git_context(
    ledger: &Ledger<'_>,
    text: &str,
    place: &Place<'_>,
) -> Result<Option<(Remote, Constraints)>> {
    match GitRef::parse(text) {
        Err(e) if e.is_git => Err(e.error),
        Err(_) => Ok(None),
        Ok(parsed) => {
            let remote = approve_git(ledger, &parsed, git_options(&parsed), place)?;
            Ok(Some((remote, git_context_name(text))))
        }
    }
}

/// The step that fetches a repository as a context.
pub(crate) fn git_context_name(text: &str) -> Constraints {
    meta::internal(&format!("load git source {text}"))
}

/// The name of a file from the web: the last part of its URL's path.
pub(crate) fn http_filename(url: &str) -> String {
    let path = Url::parse(url).map(|u| u.path).unwrap_or_default();
    match path::clean(&path).rsplit('/').next() {
        None | Some("" | ".") => "__unnamed__".to_owned(),
        Some(name) => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_called_as_their_path_ends() {
        assert_eq!(
            http_filename("https://example.com/a/b.tar.gz?x=/y"),
            "b.tar.gz"
        );
        assert_eq!(http_filename("https://example.com/a/"), "a");
        assert_eq!(http_filename("https://example.com"), "__unnamed__");
        assert_eq!(http_filename("https://example.com/"), "__unnamed__");
    }
}
