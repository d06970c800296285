//! The options of `# check=…`.

use fromtier_gostd::strconv::{parse_bool, quote};

use crate::error::{Error, Result};

/// The options of `# check=…` and `BUILDKIT_DOCKERFILE_CHECK`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Config {
    /// Whether all experimental rules are checked.
    pub experimental_all: bool,
    /// The experimental rules that are checked.
    pub experimental: Vec<String>,
    /// Whether a finding fails the build.
    pub return_as_error: bool,
    /// Whether no rule is checked.
    pub skip_all: bool,
    /// The rules that are not checked.
    pub skip: Vec<String>,
}

impl Config {
    /// Parses `skip=A,B;error=true;experimental=all`. The error texts are the reference's.
    pub fn parse(text: &str) -> Result<Config> {
        let mut config = Config::default();
        let text = text.trim();
        if text.is_empty() {
            return Ok(config);
        }
        for part in text.splitn(3, ';') {
            let Some((key, value)) = part.split_once('=') else {
                return Err(Error::new(format!("invalid check option {}", quote(part))));
            };
            let value = value.trim();
            match key.trim() {
                "skip" => match value {
                    "all" => config.skip_all = true,
                    _ => config.skip = names(value),
                },
                "experimental" => match value {
                    "all" => config.experimental_all = true,
                    _ => config.experimental = names(value),
                },
                "error" => {
                    config.return_as_error = parse_bool(value).map_err(|e| {
                        e.wrap(format_args!("failed to parse check option {}", quote(part)))
                    })?;
                }
                key => return Err(Error::new(format!("invalid check option {}", quote(key)))),
            }
        }
        Ok(config)
    }

    /// Returns this configuration with the rules that `other` skips and turns on added. `error=` is ignored.
    pub(super) fn merged(&self, other: Config) -> Config {
        let mut all = self.clone();
        all.experimental_all |= other.experimental_all;
        all.experimental.extend(other.experimental);
        all.skip_all |= other.skip_all;
        all.skip.extend(other.skip);
        all
    }

    /// Returns the configuration of the first `check=…` among the comments above an instruction; none if there is no
    /// such comment or it can't be read.
    pub(super) fn from_comments(comments: &[String]) -> Option<Config> {
        let value = comments
            .iter()
            .find_map(|comment| check_directive(comment))?;
        Config::parse(value.split(' ').next().unwrap_or_default()).ok()
    }
}

fn names(list: &str) -> Vec<String> {
    list.split(',').map(|name| name.trim().to_owned()).collect()
}

/// Returns the value of a `check = value` directive; `None` if the comment isn't one.
fn check_directive(comment: &str) -> Option<&str> {
    const BLANK: [char; 5] = ['\t', '\n', '\x0c', '\r', ' '];
    let comment = comment.trim_start();
    let rest = comment
        .get(..5)
        .filter(|key| key.eq_ignore_ascii_case("check"))
        .map(|key| comment[key.len()..].trim_start_matches(BLANK))?;
    let value = rest.strip_prefix('=')?;
    // A single blank is a value: an empty one.
    (!value.is_empty()).then(|| value.trim_matches(BLANK))
}
