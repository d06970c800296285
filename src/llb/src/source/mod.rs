//! Sources: everything that a build takes from outside. Each is made from the gate's approval, and from nothing else.

mod options;
mod vertex;

use std::collections::BTreeMap;

use fromtier_dockerfile::git_url::{GitUrl, GitUrlError};
use fromtier_gostd::json::json_strings;
use fromtier_image::ImageRef;
use fromtier_policy::{ApprovedImage, ApprovedSource};
pub use options::{
    Differ, GitOptions, HttpOptions, ImageOptions, LocalOptions, OciLayoutOptions, ResolveMode,
};
pub(crate) use vertex::SourceVertex;

use crate::caps;
use crate::constraints::Constraints;
use crate::graph::{Graph, Vertex};
use crate::output::Output;
use crate::state::State;

impl Graph {
    fn add_source(&mut self, identifier: String, attrs: Attrs, constraints: Constraints) -> State {
        let vertex = SourceVertex {
            identifier,
            attrs: attrs.0,
            constraints,
        };
        let output = self.add_vertex(Vertex::Source(Box::new(vertex)));
        State::new(self, output)
    }

    /// Adds an image. The state has nothing of the image's config: see [`State::with_image_config`].
    pub fn image(
        &mut self,
        image: &ApprovedImage,
        options: ImageOptions,
        constraints: Constraints,
    ) -> State {
        self.image_at(image.reference(), options, constraints)
    }

    pub(crate) fn image_at(
        &mut self,
        reference: &ImageRef,
        options: ImageOptions,
        mut constraints: Constraints,
    ) -> State {
        constraints.add_cap(caps::SOURCE_IMAGE);
        let mut attrs = Attrs::default();
        if let Some((key, value)) = options.resolve_mode.attr() {
            attrs.set(key, value);
            if options.resolve_mode == ResolveMode::ForcePull {
                constraints.add_cap(caps::SOURCE_IMAGE_RESOLVE_MODE);
            }
        }
        if options.internal {
            attrs.set("image.recordtype", "internal");
        }
        if let Some(limit) = options.layer_limit {
            attrs.set("image.layerlimit", &limit.to_string());
            constraints.add_cap(caps::SOURCE_IMAGE_LAYER_LIMIT);
        }
        if let Some(checksum) = &options.checksum {
            attrs.set("image.checksum", checksum.as_str());
            constraints.add_cap(caps::SOURCE_IMAGE_CHECKSUM);
        }
        let reference = reference.clone().tag_name_only();
        self.add_source(format!("docker-image://{reference}"), attrs, constraints)
    }

    /// Adds an image in an OCI layout of the client. `name` is its name in the build. The store and the digest are those
    /// of the approval (`store@sha256:…`).
    pub fn oci_layout(
        &mut self,
        layout: &ApprovedSource,
        name: &ImageRef,
        options: OciLayoutOptions,
        constraints: Constraints,
    ) -> State {
        self.oci_layout_at(layout.identifier(), name, options, constraints)
    }

    pub(crate) fn oci_layout_at(
        &mut self,
        identifier: &str,
        name: &ImageRef,
        options: OciLayoutOptions,
        mut constraints: Constraints,
    ) -> State {
        let (store, digest) = identifier.split_once('@').unwrap_or((identifier, ""));
        let last = store.rfind('/').map_or(0, |at| at + 1);
        let store = store[last..]
            .find(':')
            .map_or(store, |at| &store[..last + at]);
        let mut attrs = Attrs::default();
        attrs.set_some("oci.session", &options.session_id);
        attrs.set_some("oci.store", store);
        if let Some(limit) = options.layer_limit {
            attrs.set("oci.layerlimit", &limit.to_string());
        }
        constraints.add_cap(caps::SOURCE_OCI_LAYOUT);
        let name = name.clone().without_digest();
        self.add_source(format!("oci-layout://{name}@{digest}"), attrs, constraints)
    }

    /// Adds a Git repository. The approval is for its remote URL; a fragment or a query in it has no meaning here.
    pub fn git(
        &mut self,
        repository: &ApprovedSource,
        options: GitOptions,
        constraints: Constraints,
    ) -> State {
        self.git_at(repository.identifier(), options, constraints)
    }

    pub(crate) fn git_at(
        &mut self,
        identifier: &str,
        options: GitOptions,
        mut constraints: Constraints,
    ) -> State {
        let mut url = identifier.to_owned();
        let mut remote = GitUrl::parse(&url);
        if remote == Err(GitUrlError::UnknownProtocol) {
            url = format!("https://{url}");
            remote = GitUrl::parse(&url);
        }
        let remote = remote.ok();
        if let Some(remote) = &remote {
            url.clone_from(&remote.remote);
        }
        let id = match &remote {
            None => url.clone(),
            Some(remote) => {
                // The id is the same for every protocol that the repository is reached by.
                let mut id = remote.host_and_path();
                if !options.reference.is_empty() || !options.subdir.is_empty() {
                    id.push('#');
                    id.push_str(&options.reference);
                    if !options.subdir.is_empty() {
                        id.push(':');
                        id.push_str(&options.subdir);
                    }
                }
                id
            }
        };
        let mut attrs = Attrs::default();
        if options.keep_git_dir {
            attrs.set("git.keepgitdir", "true");
            constraints.add_cap(caps::SOURCE_GIT_KEEP_DIR);
        }
        if !url.is_empty() {
            attrs.set("git.fullurl", &url);
            constraints.add_cap(caps::SOURCE_GIT_FULL_URL);
        }
        attrs.set("git.authtokensecret", "GIT_AUTH_TOKEN");
        attrs.set("git.authheadersecret", "GIT_AUTH_HEADER");
        if remote.is_some_and(|remote| remote.scheme == "ssh") {
            attrs.set_some("git.knownsshhosts", &options.known_ssh_hosts);
            constraints.add_cap(caps::SOURCE_GIT_KNOWN_SSH_HOSTS);
            let socket = if options.ssh_socket.is_empty() {
                "default"
            } else {
                &options.ssh_socket
            };
            attrs.set("git.mountsshsock", socket);
            constraints.add_cap(caps::SOURCE_GIT_MOUNT_SSH_SOCK);
        }
        if !options.checksum.is_empty() {
            attrs.set("git.checksum", &options.checksum);
            constraints.add_cap(caps::SOURCE_GIT_CHECKSUM);
        }
        if options.skip_submodules {
            attrs.set("git.skipsubmodules", "true");
            constraints.add_cap(caps::SOURCE_GIT_SKIP_SUBMODULES);
        }
        if !options.mtime.is_empty() {
            attrs.set("git.mtime", &options.mtime);
            constraints.add_cap(caps::SOURCE_GIT_MTIME);
        }
        if options.advice {
            attrs.set("git.advice", "true");
        }
        if options.fetch_by_commit {
            attrs.set("git.fetchbycommit", "true");
            constraints.add_cap(caps::SOURCE_GIT_FETCH_BY_COMMIT);
        }
        constraints.add_cap(caps::SOURCE_GIT);
        self.add_source(format!("git://{id}"), attrs, constraints)
    }

    /// Adds a file from the web.
    pub fn http(
        &mut self,
        file: &ApprovedSource,
        options: HttpOptions,
        constraints: Constraints,
    ) -> State {
        self.http_at(file.identifier(), options, constraints)
    }

    pub(crate) fn http_at(
        &mut self,
        identifier: &str,
        options: HttpOptions,
        mut constraints: Constraints,
    ) -> State {
        let mut attrs = Attrs::default();
        if let Some(checksum) = &options.checksum {
            attrs.set("http.checksum", checksum.as_str());
            constraints.add_cap(caps::SOURCE_HTTP_CHECKSUM);
        }
        attrs.set_some("http.filename", &options.filename);
        let permissions = options.permissions & 0o777;
        if permissions != 0 {
            attrs.set("http.perm", &format!("0{permissions:o}"));
            constraints.add_cap(caps::SOURCE_HTTP_PERM);
        }
        for (key, id) in [("http.uid", options.uid), ("http.gid", options.gid)] {
            if id != 0 {
                attrs.set(key, &id.to_string());
                constraints.add_cap(caps::SOURCE_HTTP_UID_GID);
            }
        }
        if !options.auth_header_secret.is_empty() {
            attrs.set("http.authheadersecret", &options.auth_header_secret);
            constraints.add_cap(caps::SOURCE_HTTP_AUTH);
        }
        constraints.add_cap(caps::SOURCE_HTTP);
        self.add_source(identifier.to_owned(), attrs, constraints)
    }

    /// Adds a directory of the client, by its name.
    pub fn local(
        &mut self,
        directory: &ApprovedSource,
        options: LocalOptions,
        constraints: Constraints,
    ) -> State {
        self.local_at(directory.identifier(), options, constraints)
    }

    pub(crate) fn local_at(
        &mut self,
        identifier: &str,
        options: LocalOptions,
        mut constraints: Constraints,
    ) -> State {
        let mut attrs = Attrs::default();
        let lists = [
            (
                "local.includepattern",
                &options.include_patterns,
                caps::SOURCE_LOCAL_INCLUDE_PATTERNS,
            ),
            (
                "local.followpaths",
                &options.follow_paths,
                caps::SOURCE_LOCAL_FOLLOW_PATHS,
            ),
            (
                "local.excludepatterns",
                &options.exclude_patterns,
                caps::SOURCE_LOCAL_EXCLUDE_PATTERNS,
            ),
        ];
        for (key, list, cap) in lists {
            if !list.is_empty() {
                attrs.set(key, &json_strings(list));
                constraints.add_cap(cap);
            }
        }
        if !options.session_id.is_empty() {
            attrs.set("local.session", &options.session_id);
            constraints.add_cap(caps::SOURCE_LOCAL_SESSION_ID);
        }
        if !options.shared_key_hint.is_empty() {
            attrs.set("local.sharedkeyhint", &options.shared_key_hint);
            constraints.add_cap(caps::SOURCE_LOCAL_SHARED_KEY_HINT);
        }
        if let Some((differ, required)) = options.differ {
            attrs.set(
                "local.differ",
                if differ == Differ::None {
                    "none"
                } else {
                    "metadata"
                },
            );
            if required {
                constraints.add_cap(caps::SOURCE_LOCAL_DIFFER);
            }
        }
        if let Some(exceptions) = &options.metadata_only {
            attrs.set("local.metadatatransfer", "true");
            if !exceptions.is_empty() {
                attrs.set("local.metadatatransferexclude", &json_strings(exceptions));
            }
            constraints.add_cap(caps::SOURCE_METADATA_TRANSFER);
        }
        constraints.add_cap(caps::SOURCE_LOCAL);
        self.add_source(format!("local://{identifier}"), attrs, constraints)
    }

    /// Returns the identifier and the attributes of a source operation, and none for other operations. A local source
    /// without a session gets its unique id only in the marshaled definition.
    pub fn source_of(&self, output: Output) -> Option<(&str, &BTreeMap<String, String>)> {
        match self.vertices.get(output.vertex as usize)? {
            Vertex::Source(source) => Some((&source.identifier, &source.attrs)),
            _ => None,
        }
    }

    /// Adds the same source again without constraints: no name, no platform, no location.
    pub fn bare_source(&mut self, output: Output) -> Option<State> {
        let Vertex::Source(source) = self.vertices.get(output.vertex as usize)? else {
            return None;
        };
        let (identifier, attrs) = (source.identifier.clone(), Attrs(source.attrs.clone()));
        Some(self.add_source(identifier, attrs, Constraints::new()))
    }
}

#[derive(Default)]
struct Attrs(BTreeMap<String, String>);

impl Attrs {
    fn set(&mut self, key: &str, value: &str) {
        self.0.insert(key.to_owned(), value.to_owned());
    }

    fn set_some(&mut self, key: &str, value: &str) {
        if !value.is_empty() {
            self.set(key, value);
        }
    }
}
