//! One build as BuildKit passes it to a frontend: options, files, images, capabilities.

pub(crate) mod images;
mod parse;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use fromtier_proto::{gw, pb};
pub(crate) use images::unknown;
pub use images::{Images, format_platform, parse_platform};
pub use parse::ParseError;
pub use tree::{Entry, Tree};

/// Everything that a frontend can find out about a build.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its file's name without the extension.
    pub name: String,
    /// The case's question, from the comment at its top.
    pub about: String,
    /// The frontend's options.
    pub options: BTreeMap<String, String>,
    /// The client's session.
    pub session: String,
    /// The platforms of each worker; the first worker is the default one.
    pub workers: Vec<Vec<pb::Platform>>,
    /// Capabilities of the solver that this builder lacks.
    pub missing_llb_caps: BTreeSet<String>,
    /// Capabilities of the gateway that this builder lacks.
    pub missing_gateway_caps: BTreeSet<String>,
    /// Directories of the client, by name.
    pub locals: BTreeMap<String, Tree>,
    /// Git and HTTP sources, by the identifier that a source operation has.
    pub remotes: BTreeMap<String, Remote>,
    /// The registry.
    pub images: Images,
    /// Graphs passed to the frontend, each as its files.
    pub inputs: BTreeMap<String, Tree>,
    /// Graphs passed to the frontend that are one source each, by its identifier.
    pub input_sources: BTreeMap<String, String>,
    /// Images that the client's source policy replaces.
    /// A key that ends with `[MODE]` is for images with this `image.resolvemode` only.
    pub redirects: BTreeMap<String, String>,
    /// Digests that the registry claims for references, instead of the right ones.
    pub digests: BTreeMap<String, String>,
    /// How long each resolve takes.
    pub delay: Duration,
    /// The case is about policy: it doesn't get the one that allows everything.
    pub own_policy: bool,
}

/// A source on the network.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Remote {
    /// The files: of a git source, or of an archive when unpacked.
    pub tree: Tree,
    /// The response of a URL.
    pub data: Option<Vec<u8>>,
    /// When it was changed, in seconds since the epoch.
    pub modified: Option<i64>,
}

/// Why a case cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be read.
    #[error("{}: {source}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The text is not a case.
    #[error(transparent)]
    Parse(#[from] ParseError),
}

impl Default for Case {
    fn default() -> Self {
        Self {
            name: String::new(),
            about: String::new(),
            // BuildKit adds these when the frontend is an image: `cmdline` keeps the reference from forwarding the build.
            options: [
                ("source", "fromtier/fromtier:latest"),
                ("cmdline", "fromtier/fromtier:latest"),
            ]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .into(),
            session: "session".into(),
            workers: vec![vec![parse_platform("linux/amd64")]],
            missing_llb_caps: BTreeSet::new(),
            missing_gateway_caps: BTreeSet::new(),
            locals: BTreeMap::new(),
            remotes: BTreeMap::new(),
            images: Images::default(),
            inputs: BTreeMap::new(),
            input_sources: BTreeMap::new(),
            redirects: BTreeMap::new(),
            digests: BTreeMap::new(),
            delay: Duration::ZERO,
            own_policy: false,
        }
    }
}

impl Case {
    /// Returns the image with which the client's source policy replaces one, given the attributes of its operation.
    pub(crate) fn redirected(
        &self,
        reference: &str,
        attrs: &BTreeMap<String, String>,
    ) -> Option<&String> {
        let with_mode = (attrs.get("image.resolvemode"))
            .and_then(|mode| self.redirects.get(&format!("{reference}[{mode}]")));
        with_mode.or_else(|| self.redirects.get(reference))
    }

    /// Reads a case in the format that `tests/corpus/README.md` describes.
    ///
    /// # Errors
    /// The line that is wrong, and why.
    pub fn parse(name: &str, text: &str) -> Result<Self, ParseError> {
        parse::parse(name, text)
    }

    /// Reads a case file.
    ///
    /// # Errors
    /// If it cannot be read, or is wrong.
    pub fn read(file: &Path) -> Result<Self, ReadError> {
        let text = std::fs::read_to_string(file).map_err(|err| ReadError::File {
            file: file.to_owned(),
            source: err,
        })?;
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        Ok(Self::parse(&name, &text)?)
    }

    /// The images that all cases share: `world.case` in the nearest folder above `file` that has one.
    ///
    /// # Errors
    /// As [`Case::read`].
    pub fn world_of(file: &Path) -> Result<Option<Self>, ReadError> {
        file.ancestors()
            .skip(1)
            .map(|folder| folder.join("world.case"))
            .find(|world| world.is_file())
            .map(|world| Self::read(&world))
            .transpose()
    }

    /// Digest and configuration of an image, as the case's registry answers.
    ///
    /// # Errors
    /// BuildKit's error about a missing image.
    pub fn resolve(
        &self,
        reference: &str,
        platform: &pb::Platform,
    ) -> Result<(String, Vec<u8>), gw::Status> {
        let (digest, config) = self.images.resolve(reference, platform)?;
        let claimed = self.digests.get(reference).cloned();
        Ok((claimed.unwrap_or(digest), config))
    }

    /// Puts a file next to the Dockerfile, wherever that is, unless the case has a file of that name.
    pub fn insert_beside_dockerfile(&mut self, name: &str, data: &str) {
        let option = |key: &str, default: &str| {
            let value = self.options.get(key).map(String::as_str);
            value.unwrap_or(default).to_owned()
        };
        let file = option("filename", "Dockerfile");
        let path = match file.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/{name}"),
            None => name.to_owned(),
        };
        let local = option("dockerfilekey", "dockerfile");
        let client = self.locals.entry(local.clone()).or_default();
        let inputs = self.inputs.get_mut(&local);
        let remotes = self.remotes.values_mut().map(|remote| &mut remote.tree);
        let remotes = remotes.filter(|tree| !tree.is_empty());
        for tree in std::iter::once(client).chain(inputs).chain(remotes) {
            if tree.read(&path).is_err() {
                tree.insert_file(&path, data);
            }
        }
    }

    /// The solver's capabilities on this builder.
    pub fn llb_caps(&self) -> Vec<gw::ApiCap> {
        caps(include_str!("llb_caps.txt"), &self.missing_llb_caps)
    }

    /// The gateway's capabilities on this builder.
    pub fn gateway_caps(&self) -> Vec<gw::ApiCap> {
        caps(include_str!("gateway_caps.txt"), &self.missing_gateway_caps)
    }
}

fn caps(all: &str, missing: &BTreeSet<String>) -> Vec<gw::ApiCap> {
    all.lines()
        .filter(|id| !missing.contains(*id))
        .map(|id| gw::ApiCap {
            id: id.to_owned(),
            enabled: true,
            ..Default::default()
        })
        .collect()
}
