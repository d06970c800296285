//! No crate of `src/` depends on one above it, and none on what never ships.

use std::io;
use std::path::{Path, PathBuf};

use super::{FLOORS, Violation, product_crates};

pub fn check(root: &Path) -> io::Result<Vec<Violation>> {
    let mut violations = Vec::new();
    let crates = product_crates(root)?;
    let mut packages = Vec::new();
    for name in &crates {
        let manifest = Path::new("src").join(name).join("Cargo.toml");
        let text = std::fs::read_to_string(root.join(&manifest))?;
        packages.push((name, manifest, text));
    }
    for (name, manifest, text) in &packages {
        let Some(floor) = floor_of(name) else {
            violations.push(Violation {
                file: manifest.clone(),
                line: 1,
                message: format!(
                    "`{name}` has no floor; add it to FLOORS in tools/xtask/src/layout/mod.rs"
                ),
            });
            continue;
        };
        for dependency in dependencies(text) {
            let problem = match floor_of(dependency.name) {
                Some(other) if other < floor => None,
                Some(_) => Some("a crate of the same floor or above"),
                // Tests may use the double of BuildKit.
                None if dependency.section == "dev-dependencies" => None,
                None => Some("a crate that never ships"),
            };
            if let Some(problem) = problem {
                violations.push(upwards(manifest, name, &dependency, problem));
            }
        }
    }
    Ok(violations)
}

fn upwards(manifest: &Path, name: &str, dependency: &Dependency<'_>, problem: &str) -> Violation {
    Violation {
        file: PathBuf::from(manifest),
        line: dependency.line,
        message: format!(
            "`{name}` depends on `{}`, {problem}; move the shared code down (order: {})",
            dependency.name,
            FLOORS.join(", ")
        ),
    }
}

fn floor_of(name: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| *floor == name)
}

/// A dependency on a crate of this workspace.
struct Dependency<'a> {
    /// Without `fromtier-`.
    name: &'a str,
    section: &'a str,
    line: usize,
}

/// Every `fromtier-NAME` in the dependency sections of a manifest.
fn dependencies(manifest: &str) -> Vec<Dependency<'_>> {
    let mut section = "";
    let mut found = Vec::new();
    for (number, line) in (1..).zip(manifest.lines()) {
        if let Some(title) = line.strip_prefix('[') {
            // `[target.'cfg(…)'.dependencies]` is one as well.
            let title = title.trim_end_matches(']');
            section = title.rsplit('.').next().unwrap_or(title);
        } else if section.ends_with("dependencies")
            && let Some(rest) = line.strip_prefix("fromtier-")
        {
            let end = rest.find(['.', ' ', '=']).unwrap_or(rest.len());
            found.push(Dependency {
                name: &rest[..end],
                section,
                line: number,
            });
        }
    }
    found
}
