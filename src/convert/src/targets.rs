//! The stages that can be built (`frontend.targets`).

use fromtier_dockerfile::error::Result;
use fromtier_dockerfile::lint::{Config, Linter};
use fromtier_dockerfile::span::Range;
use fromtier_dockerfile::{instructions, parser};

/// A stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Empty when it has none.
    pub name: String,
    /// The comment above its `FROM` that starts with its name.
    pub description: String,
    /// It is what is built when no target is named.
    pub default: bool,
    /// As written.
    pub base: String,
    /// The value of `--platform`, as written; empty without it.
    pub platform: String,
    /// The lines of its `FROM`.
    pub location: Vec<Range>,
}

/// All stages of a file, in order.
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
