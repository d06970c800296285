//! The stages that can be built (`frontend.targets`).

use fromtier_dockerfile::error::Result;
use fromtier_dockerfile::lint::{Config, Linter};
use fromtier_dockerfile::span::Range;
use fromtier_dockerfile::{instructions, parser};

/// A stage that can be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The name, or empty.
    pub name: String,
    /// The comment before its `FROM`.
    pub description: String,
    /// Whether it is built if no target is named.
    pub default: bool,
    /// The base as written.
    pub base: String,
    /// The value of `--platform` as written, or empty.
    pub platform: String,
    /// The `FROM` instruction.
    pub location: Vec<Range>,
}

/// Returns all stages of a file, in order.
///
/// # Errors
///
/// The file is not a valid Dockerfile.
pub fn targets(bytes: &[u8]) -> Result<Vec<Target>> {
    let dockerfile = parser::parse(bytes)?;
    let (stages, _) = instructions::parse(&dockerfile, &Linter::new(Config::default()))?;
    let last = stages.len().saturating_sub(1);
    let target = |(at, stage): (usize, instructions::Stage)| Target {
        name: stage.name,
        description: stage.doc_comment,
        default: at == last,
        base: stage.base_name,
        platform: stage.platform,
        location: stage.location,
    };
    Ok(stages.into_iter().enumerate().map(target).collect())
}
