//! The options that BuildKit passes to a frontend in its environment.

use std::collections::BTreeMap;

/// The options of one build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildOptions {
    /// The client's `--opt` values: `target`, `build-arg:NAME`, `context`, …
    pub options: BTreeMap<String, String>,
    /// The client's session, the source of local directories and secrets.
    pub session_id: String,
    /// The product that BuildKit is a part of, for messages; often empty.
    pub product: String,
}

impl BuildOptions {
    /// Reads the environment of this process.
    pub fn from_env() -> Self {
        Self::from_vars(std::env::vars_os().map(|(name, value)| {
            (
                name.to_string_lossy().into_owned(),
                value.to_string_lossy().into_owned(),
            )
        }))
    }

    fn from_vars(vars: impl Iterator<Item = (String, String)>) -> Self {
        let mut out = Self::default();
        for (name, value) in vars {
            if name.starts_with("BUILDKIT_FRONTEND_OPT_") {
                let (key, value) = value.split_once('=').unwrap_or((&value, ""));
                out.options.insert(key.to_owned(), value.to_owned());
            } else if name == "BUILDKIT_SESSION_ID" {
                out.session_id = value;
            } else if name == "BUILDKIT_EXPORTEDPRODUCT" {
                out.product = value;
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_split_at_its_first_equals_sign() {
        let vars = [
            ("BUILDKIT_FRONTEND_OPT_0", "build-arg:A=x=y"),
            ("BUILDKIT_FRONTEND_OPT_1", "no-cache="),
            ("BUILDKIT_FRONTEND_OPT_2", "bare"),
            ("BUILDKIT_SESSION_ID", "s1"),
            ("HOME", "/root"),
        ];
        let read = BuildOptions::from_vars(vars.map(|(k, v)| (k.into(), v.into())).into_iter());
        assert_eq!(read.session_id, "s1");
        assert_eq!(
            read.options.into_iter().collect::<Vec<_>>(),
            [("bare", ""), ("build-arg:A", "x=y"), ("no-cache", "")]
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
        );
    }
}
