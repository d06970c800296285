//! Git repositories as sources: which texts name one, and with which ref, directory and options.

use fromtier_gostd::path;
use fromtier_gostd::strconv::{parse_bool, quote};
use fromtier_gostd::strings::to_lower;
use fromtier_gostd::url::{Query, Url, User, parse_query};

use crate::error::{Error, Result};

/// The remote of a repository, with its fragment and query.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GitUrl {
    /// `http`, `https`, `ssh` or `git`.
    pub scheme: String,
    /// The host with its port.
    pub host: String,
    /// The path, unescaped. In the form `user@host:path` it can lack a leading slash.
    pub path: String,
    /// The user information before the host.
    pub user: Option<User>,
    /// The query, as BuildKit reads it.
    pub query: Query,
    /// From the fragment, before its colon.
    pub ref_name: String,
    /// From the fragment, after its colon; cleaned, without a leading slash.
    pub sub_dir: String,
    /// The URL without fragment and query, as git takes it.
    pub remote: String,
}

/// Why a text doesn't name a remote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GitUrlError {
    /// It has no protocol and isn't of the form `user@host:path`.
    UnknownProtocol,
    /// Its protocol isn't one of git's.
    InvalidProtocol(String),
    /// Its protocol is, but the URL is malformed.
    Malformed(fromtier_gostd::Error),
}

impl From<GitUrlError> for Error {
    fn from(error: GitUrlError) -> Error {
        match error {
            GitUrlError::UnknownProtocol => Error::new("unknown protocol"),
            GitUrlError::InvalidProtocol(name) => Error::new("invalid protocol").wrap(name),
            GitUrlError::Malformed(error) => error.into(),
        }
    }
}

impl GitUrl {
    /// Parses a remote, `scheme://…` or `user@host:path` (`gitutil.ParseURL` of the reference).
    pub fn parse(text: &str) -> Result<GitUrl, GitUrlError> {
        if let Some(protocol) = protocol(text) {
            if !is_git_protocol(&protocol) {
                return Err(GitUrlError::InvalidProtocol(protocol));
            }
            let url = Url::parse(text).map_err(GitUrlError::Malformed)?;
            return Ok(GitUrl::from_url(url));
        }
        GitUrl::from_scp(text).ok_or(GitUrlError::UnknownProtocol)
    }

    fn from_url(mut url: Url) -> GitUrl {
        let query = url.query();
        let (ref_name, sub_dir) = split_fragment(&url.fragment);
        url.fragment.clear();
        url.raw_query.clear();
        GitUrl {
            remote: url.to_string(),
            scheme: url.scheme,
            host: url.host,
            path: url.path,
            user: url.user,
            query,
            ref_name,
            sub_dir,
        }
    }

    fn from_scp(text: &str) -> Option<GitUrl> {
        let scp = Scp::split(text)?;
        let (query, mistake) = parse_query(scp.query);
        if mistake.is_some() {
            return None;
        }
        let (ref_name, sub_dir) = split_fragment(scp.fragment);
        Some(GitUrl {
            scheme: "ssh".to_owned(),
            host: scp.host.to_owned(),
            path: scp.path.to_owned(),
            user: Some(User {
                name: scp.user.to_owned(),
                password: None,
            }),
            query,
            ref_name,
            sub_dir,
            remote: format!("{}@{}:{}", scp.user, scp.host, scp.path),
        })
    }

    /// Returns the name of the source without its protocol: `host/path`, cleaned.
    pub fn host_and_path(&self) -> String {
        format!("{}{}", self.host, path::join(&["/", &self.path]))
    }
}

/// Splits a fragment into ref and directory.
pub fn split_fragment(fragment: &str) -> (String, String) {
    let (name, dir) = fragment.split_once(':').unwrap_or((fragment, ""));
    let dir = path::join(&["/", dir]);
    (name.to_owned(), dir.trim_start_matches('/').to_owned())
}

/// The letters and digits before `://`, in lower case.
fn protocol(text: &str) -> Option<String> {
    let (name, _) = text.split_once("://")?;
    let fine = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric());
    fine.then(|| to_lower(name))
}

fn is_git_protocol(name: &str) -> bool {
    matches!(name, "http" | "https" | "ssh" | "git")
}

/// `user@host:path?query#fragment`.
struct Scp<'a> {
    user: &'a str,
    host: &'a str,
    path: &'a str,
    query: &'a str,
    fragment: &'a str,
}

impl<'a> Scp<'a> {
    fn split(text: &'a str) -> Option<Scp<'a>> {
        let name = |text: &str, more: &[u8]| {
            let fine = |b: u8| b.is_ascii_alphanumeric() || more.contains(&b);
            !text.is_empty() && text.bytes().all(fine)
        };
        let (user, rest) = text.split_once('@')?;
        let (host, rest) = rest.split_once(':')?;
        if !name(user, b"-_") || !name(host, b"-.") || rest.contains('\n') {
            return None;
        }
        let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        Some(Scp {
            user,
            host,
            path,
            query,
            fragment,
        })
    }
}

/// A repository with ref, directory and options, as `ADD` and a build context can name it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GitRef {
    /// The URL to clone, without its fragment.
    pub remote: String,
    /// The repository's own name: `bar` of `https://github.com/foo/bar.git`.
    pub short_name: String,
    /// A commit, a tag or a branch; can be empty.
    pub ref_name: String,
    /// The commit that the ref must point to; can be empty.
    pub checksum: String,
    /// A directory in the repository; can be empty.
    pub sub_dir: String,
    /// Whether `.git` is kept; none if the URL doesn't say.
    pub keep_git_dir: Option<bool>,
    /// Whether submodules are cloned; none if the URL doesn't say.
    pub submodules: Option<bool>,
    /// `checkout`, `commit` or empty.
    pub mtime: String,
    /// Whether the checksum is fetched instead of the ref.
    pub fetch_by_commit: bool,
    /// Whether it can also be a local path: `github.com/…`.
    pub indistinguishable_from_local: bool,
    /// Whether the protocol is unencrypted: `http` or `git`.
    pub unencrypted_tcp: bool,
}

/// Why a text isn't a usable git source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitRefError {
    /// Whether the text names a git source, so that the user must see the error. Otherwise it names something else.
    pub is_git: bool,
    /// The error, with the reference's text.
    pub error: Error,
}

impl GitRef {
    /// Parses a git source (`dfgitutil.ParseGitRef` of the reference). Where its query has more than one mistake,
    /// the first by the parameters' names is reported.
    pub fn parse(text: &str) -> Result<GitRef, GitRefError> {
        let (mut git, query) = parse_without_query(text).map_err(|error| GitRefError {
            is_git: false,
            error,
        })?;
        let last = git.remote.rsplit('/').next().unwrap_or_default();
        git.short_name = last.strip_suffix(".git").unwrap_or(last).to_owned();
        git.read_query(&query).map_err(|error| GitRefError {
            is_git: true,
            error,
        })?;
        Ok(git)
    }

    fn read_query(&mut self, query: &Query) -> Result<()> {
        let (mut tag, mut branch) = (String::new(), String::new());
        for (key, values) in query {
            if values.len() > 1 {
                return Err(Error::new(format!(
                    "query {} has multiple values",
                    quote(key)
                )));
            }
            let value = values.first().map_or("", String::as_str);
            let may_be_empty = matches!(
                key.as_str(),
                "submodules" | "keep-git-dir" | "fetch-by-commit"
            );
            if value.is_empty() && !may_be_empty {
                return Err(Error::new(format!("query {} has no value", quote(key))));
            }
            match key.as_str() {
                "ref" => set_once("ref", &mut self.ref_name, value)?,
                "tag" => tag = qualified("refs/tags/", value),
                "branch" => branch = qualified("refs/heads/", value),
                "subdir" => set_once("subdir", &mut self.sub_dir, value)?,
                "checksum" | "commit" => self.checksum = value.to_owned(),
                "keep-git-dir" => self.keep_git_dir = Some(parse_flag(key, value)?),
                "submodules" => self.submodules = Some(parse_flag(key, value)?),
                "fetch-by-commit" => self.fetch_by_commit = parse_flag(key, value)?,
                "mtime" if matches!(value, "checkout" | "commit") => self.mtime = value.to_owned(),
                "mtime" => {
                    return Err(Error::new(format!(
                        "invalid mtime value: {} (must be \"checkout\" or \"commit\")",
                        quote(value)
                    )));
                }
                _ => return Err(Error::new(format!("unexpected query {}", quote(key)))),
            }
        }
        if !tag.is_empty() {
            set_once("ref", &mut self.ref_name, &tag)?;
        }
        if !branch.is_empty() {
            if !tag.is_empty() {
                return Err(Error::new("branch conflicts with tag"));
            }
            set_once("ref", &mut self.ref_name, &branch)?;
        }
        Ok(())
    }
}

/// Reads everything except the query.
fn parse_without_query(text: &str) -> Result<(GitRef, Query)> {
    if text.starts_with("./") || text.starts_with("../") {
        return Err(Error::new("invalid argument"));
    }
    let local_too = text.starts_with("github.com/");
    let mut url = if local_too {
        let mut url = Url::parse(text)?;
        url.scheme = "https".to_owned();
        GitUrl::from_url(url)
    } else {
        GitUrl::parse(text)?
    };
    let web = matches!(url.scheme.as_str(), "http" | "https");
    if local_too {
        if let Some((_, rest)) = url.remote.split_once("://") {
            url.remote = rest.to_owned();
        }
    } else if web && !url.path.ends_with(".git") {
        return Err(Error::new("invalid argument"));
    }
    let git = GitRef {
        unencrypted_tcp: matches!(url.scheme.as_str(), "http" | "git"),
        indistinguishable_from_local: local_too,
        remote: url.remote,
        ref_name: url.ref_name,
        sub_dir: url.sub_dir,
        ..GitRef::default()
    };
    Ok((git, url.query))
}

/// Sets a value that isn't set yet; a different value is a conflict.
fn set_once(what: &str, current: &mut String, value: &str) -> Result<()> {
    if !current.is_empty() && current != value {
        return Err(Error::new(format!(
            "{what} conflicts: {} vs {}",
            quote(current),
            quote(value)
        )));
    }
    value.clone_into(current);
    Ok(())
}

fn qualified(prefix: &str, name: &str) -> String {
    if name.starts_with(prefix) {
        name.to_owned()
    } else {
        format!("{prefix}{name}")
    }
}

/// A boolean that is true if the value is empty.
fn parse_flag(key: &str, value: &str) -> Result<bool> {
    if value.is_empty() {
        return Ok(true);
    }
    parse_bool(value).map_err(|_| Error::new(format!("invalid {key} value: {}", quote(value))))
}

/// Whether a source is a file to download: a web URL that isn't a git repository.
pub fn is_http_source(text: &str) -> bool {
    (text.starts_with("http://") || text.starts_with("https://")) && GitRef::parse(text).is_err()
}

#[cfg(test)]
mod tests;
