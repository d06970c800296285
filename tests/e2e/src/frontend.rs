//! The frontends that a test builds with, each an image in the private registry.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;

use xtask::layer::digest;
use xtask::oci::Image;
use xtask::registry::Registry;

/// A variable that `make e2e` sets.
///
/// # Panics
/// When it isn't set: then the tests were not started by `make e2e`.
pub(crate) fn variable(name: &str) -> String {
    match env::var(name) {
        Ok(value) => value,
        Err(_) => panic!("{name} is not set: run these tests with `make e2e`"),
    }
}

/// A frontend image.
#[derive(Debug, Clone)]
pub struct Frontend {
    reference: String,
}

static STORED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

impl Frontend {
    /// BuildKit's own Dockerfile frontend.
    pub fn reference() -> Self {
        Self::of_archive("REFERENCE_IMAGE")
    }

    /// This project's, with a policy that allows everything.
    pub fn open() -> Self {
        Self::of_archive("FROMTIER_IMAGE")
    }

    /// This project's with no policy baked in: the built-in policy applies.
    pub fn default_policy() -> Self {
        Self::packed(None, None)
    }

    /// This project's with a policy baked in.
    pub fn with_policy(policy: &str) -> Self {
        Self::packed(Some(policy), None)
    }

    /// This project's with a policy and a lock baked in.
    pub fn with_lock(policy: &str, lock: &str) -> Self {
        Self::packed(Some(policy), Some(lock))
    }

    /// The reference in a `source` option or a `# syntax=` line.
    pub fn name(&self) -> &str {
        &self.reference
    }

    fn of_archive(variable_name: &str) -> Self {
        let archive = PathBuf::from(variable(variable_name));
        Self::stored(&variable_name.to_lowercase(), || {
            Image::read_archive(&archive)
        })
    }

    fn packed(policy: Option<&str>, lock: Option<&str>) -> Self {
        let key = format!("{policy:?}{lock:?}");
        let tag = digest(key.as_bytes())[7..27].to_owned();
        let folder = PathBuf::from(variable("FROMTIER_RUN"));
        let file = |kind: &str, text: Option<&str>| {
            text.map(|text| {
                let path = folder.join(format!("{kind}-{tag}"));
                fs::write(&path, text).map(|()| path)
            })
            .transpose()
        };
        Self::stored(&tag, || {
            xtask::frontend::image(&xtask::frontend::Parts {
                binary: PathBuf::from(variable("FROMTIER_BINARY")),
                at: "/bin/fromtier-frontend".to_owned(),
                policy: file("policy", policy)?,
                lock: file("lock", lock)?,
                caps: xtask::frontend::CAPS.to_owned(),
                platform: "linux/amd64".to_owned(),
            })
        })
    }

    fn stored(tag: &str, image: impl FnOnce() -> std::io::Result<Image>) -> Self {
        let name = format!("e2e/frontend:{tag}");
        let mut stored = STORED
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        if stored.insert(name.clone()) {
            let registry = Registry::new(&PathBuf::from(variable("FROMTIER_REGISTRY_DIR")));
            let result = image().and_then(|image| registry.put(&image, &name));
            if let Err(error) = result {
                panic!("cannot pack the frontend: {error}");
            }
        }
        Self {
            reference: format!("{}/{name}", variable("FROMTIER_REGISTRY")),
        }
    }
}
