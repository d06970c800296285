//! The builder's capabilities, by id.

use std::collections::BTreeMap;
use std::fmt;

use fromtier_llb::{CapSet, CapState};
use fromtier_proto::gw;

/// The gateway's capabilities, as the builder lists them.
#[derive(Debug, Clone, Default)]
pub struct Caps {
    set: BTreeMap<String, gw::ApiCap>,
    product: String,
}

/// Gateway capabilities that this crate asks for, each with its readable name.
const KNOWN: &[(&str, &str)] = &[
    ("solve.base", ""),
    ("solve.inlinereturn", "inline return from solve"),
    ("resolveimage", "resolve remote image config"),
    (
        "resolveimage.resolvemode",
        "resolve remote image config with custom resolvemode",
    ),
    ("readfile", "read static file"),
    ("return", "return solve result"),
    ("returnmap", "return reference map"),
    ("readdir", "read static directory"),
    ("statfile", "stat a file"),
    ("importcaches", "import caches"),
    ("proto.refarray", "wire format ref arrays"),
    ("reference.output", "reference output"),
    ("frontend.inputs", "frontend inputs"),
    ("gateway.solve.metadata", "gateway metadata"),
    ("frontend.caps", "frontend capabilities"),
    ("gateway.solve.evaluate", "gateway evaluate solve"),
    ("gateway.evaluate", "gateway evaluate"),
    ("gateway.warnings", "logging warnings"),
    ("reference.attestations", "reference attestations"),
    ("source.metaresolver", "source meta resolver"),
    (
        "source.metaresolver.image.attestations",
        "source meta resolver image attestations",
    ),
    (
        "source.metaresolver.http.checksumrequest",
        "source meta resolver http checksum request",
    ),
];

/// The capabilities of every solver when capabilities were introduced. A builder that lists none has these.
const ORIGINAL_LLB: &[&str] = &[
    "source.image",
    "source.local",
    "source.local.unique",
    "source.local.sessionid",
    "source.local.includepatterns",
    "source.local.followpaths",
    "source.local.excludepatterns",
    "source.local.sharedkeyhint",
    "source.git",
    "source.git.keepgitdir",
    "source.git.fullurl",
    "source.http",
    "source.http.checksum",
    "source.http.perm",
    "soruce.http.uidgid",
    "source.buildop.llbfilename",
    "exec.meta.base",
    "exec.meta.proxyenv",
    "exec.mount.bind",
    "exec.mount.cache",
    "exec.mount.cache.sharing",
    "exec.mount.selector",
    "exec.mount.tmpfs",
    "exec.mount.secret",
    "constraints",
    "platform",
    "meta.ignorecache",
    "meta.description",
    "meta.exportcache",
];

/// Returns the solver's capabilities, as the builder lists them.
pub(crate) fn llb_caps(list: &[gw::ApiCap], product: &str) -> CapSet {
    let state = |enabled, reason: &str| CapState {
        enabled,
        disabled_reason: reason.to_owned(),
    };
    if list.is_empty() {
        let original = ORIGINAL_LLB.iter().map(|id| (*id, state(true, "")));
        return CapSet::llb(original, product);
    }
    let listed = list.iter().map(|cap| {
        (
            cap.id.as_str(),
            state(cap.enabled, &cap.disabled_reason_msg),
        )
    });
    CapSet::llb(listed, product)
}

/// The capabilities of every gateway at that time.
const ORIGINAL: &[&str] = &[
    "solve.base",
    "solve.inlinereturn",
    "resolveimage",
    "readfile",
];

impl Caps {
    /// Creates the set from the builder's list. `product` is the builder's own name, for messages.
    pub fn new(list: Vec<gw::ApiCap>, product: &str) -> Self {
        let list = if list.is_empty() {
            let enabled = |id: &&str| gw::ApiCap {
                id: (*id).to_owned(),
                enabled: true,
                ..Default::default()
            };
            ORIGINAL.iter().map(enabled).collect()
        } else {
            list
        };
        Self {
            set: list
                .into_iter()
                .filter(|cap| !cap.id.is_empty())
                .map(|cap| (cap.id.clone(), cap))
                .collect(),
            product: product.to_owned(),
        }
    }

    /// Checks that the builder has `id`.
    ///
    /// # Errors
    /// [`CapError`] if the builder lacks `id` or has disabled it.
    pub fn supports(&self, id: &str) -> Result<(), CapError> {
        let state = self.set.get(id);
        if state.is_some_and(|cap| cap.enabled) {
            return Ok(());
        }
        Err(CapError {
            id: id.to_owned(),
            name: KNOWN
                .iter()
                .find(|(known, _)| *known == id)
                .map_or("", |(_, name)| name),
            disabled: state.map(|cap| cap.disabled_reason_msg.clone()),
            product: self.product.clone(),
        })
    }

    /// Whether the builder has `id`.
    pub fn has(&self, id: &str) -> bool {
        self.supports(id).is_ok()
    }
}

/// A capability that this build needs and that the builder lacks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct CapError {
    /// The capability's id.
    pub id: String,
    name: &'static str,
    /// The reason, if the builder knows the capability and has disabled it.
    disabled: Option<String>,
    product: String,
}

impl fmt::Display for CapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "requested experimental feature {} ", self.id)?;
        if !self.name.is_empty() {
            write!(f, "({})", self.name)?;
        }
        match &self.disabled {
            None => write!(
                f,
                " is not supported by build server, please update {}",
                self.product
            ),
            Some(reason) if reason.is_empty() => {
                f.write_str(" has been disabled on the build server")
            }
            Some(reason) => write!(f, " has been disabled on the build server: {reason}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_capability_is_named_with_what_to_update() {
        let caps = Caps::new(vec![], "buildkit");
        assert!(caps.has("readfile"));
        assert_eq!(
            caps.supports("readdir").unwrap_err().to_string(),
            "requested experimental feature readdir (read static directory) is not supported by build server, please update buildkit"
        );
    }

    #[test]
    fn a_builder_without_a_list_is_an_old_one() {
        let caps = llb_caps(&[], "");
        assert!(caps.supports("source.image").is_ok());
        assert!(caps.supports("file.base").is_err());
    }

    #[test]
    fn a_disabled_capability_says_why() {
        let cap = gw::ApiCap {
            id: "statfile".into(),
            disabled_reason_msg: "by the administrator".into(),
            ..Default::default()
        };
        assert_eq!(
            Caps::new(vec![cap], "")
                .supports("statfile")
                .unwrap_err()
                .to_string(),
            "requested experimental feature statfile (stat a file) has been disabled on the build server: by the administrator"
        );
    }
}
