//! Finds Dockerfiles.

mod ignored;

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use self::ignored::IgnoreRules;
use crate::disk::{FileKind, ReadError, RootedPath};
use crate::dockerfile_name::{is_dockerfile, is_template_or_source};
use crate::lookup::LoadError;

/// Directories that no Dockerfile is looked for in: those of version control.
const SKIPPED: [&str; 4] = [".git", ".hg", ".jj", ".svn"];
/// How deep directories are searched.
const MAX_DEPTH: usize = 200;

/// Patterns of the command line, as in a `.gitignore` file.
#[derive(Debug, Default, Clone, clap::Args)]
pub struct SearchArgs {
    /// In directories, check files that match this pattern too, whatever their name (repeatable)
    #[arg(long, value_name = "PATTERN")]
    pub include: Vec<String>,
    /// In directories, leave out files and directories that match this pattern, as in `.gitignore` (repeatable)
    #[arg(long, value_name = "PATTERN")]
    pub exclude: Vec<String>,
}

/// The Dockerfiles of some paths, and what was left out.
#[derive(Debug, Default)]
pub struct Search {
    pub dockerfiles: Vec<RootedPath>,
    pub failures: Vec<LoadError>,
    /// How many files are named like Dockerfiles, but are templates, documents, or sources.
    pub lookalikes: usize,
    /// How many files and directories `--exclude` left out.
    pub excluded: usize,
}

impl Search {
    /// Finds the Dockerfiles of a path: the file itself whatever its name, or those in a directory and below, sorted.
    /// Unreadable files and directories are reported, and the rest is searched. No link to a directory is followed.
    pub fn add(&mut self, path: &Path, args: &SearchArgs) {
        let named = match RootedPath::named(path) {
            Ok(named) => named,
            Err(error) => return self.failures.push(LoadError::unreadable(path, error)),
        };
        if !named.is_directory() {
            return self.dockerfiles.push(named);
        }
        let mut walk = match Walk::new(args, self) {
            Ok(walk) => walk,
            Err(error) => return self.failures.push(error),
        };
        let rules = walk.rules_above(&named);
        walk.directory(&named, Path::new(""), &rules, 0);
    }

    /// The same, and finding none is a failure.
    pub fn add_some(&mut self, path: &Path, args: &SearchArgs) {
        let before = self.dockerfiles.len() + self.failures.len();
        self.add(path, args);
        if self.dockerfiles.len() + self.failures.len() == before {
            self.failures
                .push(LoadError::unreadable(path, "no Dockerfile found"));
        }
    }
}

struct Walk<'s> {
    include: Gitignore,
    exclude: Gitignore,
    search: &'s mut Search,
}

impl<'s> Walk<'s> {
    fn new(args: &SearchArgs, search: &'s mut Search) -> Result<Walk<'s>, LoadError> {
        Ok(Walk {
            include: patterns("--include", &args.include)?,
            exclude: patterns("--exclude", &args.exclude)?,
            search,
        })
    }

    /// The rules of the `.gitignore` files between the top of the repository and a directory.
    fn rules_above(&mut self, directory: &RootedPath) -> IgnoreRules {
        let mut above = Vec::new();
        let mut next = directory.parent();
        while let Some(folder) = next {
            next = folder.parent();
            above.push(folder);
        }
        let mut rules = IgnoreRules::default();
        for folder in above.iter().rev() {
            rules = self.rules(folder, &rules);
        }
        rules
    }

    /// The rules in a directory: those above, and those of its own `.gitignore`.
    fn rules(&mut self, folder: &RootedPath, above: &IgnoreRules) -> IgnoreRules {
        let file = folder.join(".gitignore");
        match file.read_text(FileKind::GitIgnore) {
            Ok(text) => above.with(folder, &text),
            Err(ReadError::Absent) => above.clone(),
            Err(error) => {
                self.fail(&file, error);
                above.clone()
            }
        }
    }

    /// Searches a directory. `below` is its path from the directory that was named.
    fn directory(&mut self, folder: &RootedPath, below: &Path, above: &IgnoreRules, depth: usize) {
        let entries = match folder.entries() {
            Ok(entries) if depth < MAX_DEPTH => entries,
            Ok(_) => return self.fail(folder, format!("more than {MAX_DEPTH} directories deep")),
            Err(error) => return self.fail(folder, error),
        };
        let rules = if entries.iter().any(|entry| entry.name == ".gitignore") {
            self.rules(folder, above)
        } else {
            above.clone()
        };
        for entry in entries {
            let below = below.join(&entry.name);
            let is_directory = entry.is_directory;
            let is_searched = if is_directory {
                !SKIPPED.contains(&entry.name.as_str())
            } else {
                self.is_wanted(&entry.name, &below)
            };
            if !is_searched || rules.ignores(&entry.path, is_directory) {
                continue;
            }
            if self.exclude.matched(&below, is_directory).is_ignore() {
                self.search.excluded += 1;
            } else if is_directory {
                self.directory(&entry.path, &below, &rules, depth + 1);
            } else if is_template_or_source(&entry.name) && !self.is_included(&below) {
                self.search.lookalikes += 1;
            } else if !entry.path.is_directory() {
                self.search.dockerfiles.push(entry.path);
            }
        }
    }

    fn is_wanted(&self, name: &str, below: &Path) -> bool {
        is_dockerfile(name) || is_template_or_source(name) || self.is_included(below)
    }

    fn is_included(&self, below: &Path) -> bool {
        self.include.matched(below, false).is_ignore()
    }

    fn fail(&mut self, path: &RootedPath, error: impl ToString) {
        let error = LoadError::unreadable(path.shown_or_dot(), error);
        self.search.failures.push(error);
    }
}

/// The patterns of an option.
fn patterns(option: &str, patterns: &[String]) -> Result<Gitignore, LoadError> {
    let mut builder = GitignoreBuilder::new("");
    for pattern in patterns {
        if builder.add_line(None, pattern).is_err() {
            let error = "not a valid pattern; expected one as in `.gitignore`";
            let path = format!("{option}={pattern}");
            return Err(LoadError::unreadable(Path::new(&path), error));
        }
    }
    (builder.build()).map_err(|error| LoadError::unreadable(Path::new(option), error))
}

/// The path of a Dockerfile as policies use it: from the top of its repository, or else from the current directory.
/// `None` if it is below neither.
pub fn path_in_repository(dockerfile: &RootedPath) -> Option<String> {
    let here;
    let absolute;
    let inside = if dockerfile.is_in_repository() {
        dockerfile.inside()
    } else {
        here = std::env::current_dir().ok()?.canonicalize().ok()?;
        absolute = dockerfile.absolute();
        absolute.strip_prefix(&here).ok()?
    };
    let parts: Option<Vec<&str>> = inside
        .components()
        .map(|part| part.as_os_str().to_str())
        .collect();
    Some(parts?.join("/"))
}
