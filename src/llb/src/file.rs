//! File operations: chains of steps, each on top of the previous one.

use std::rc::Rc;

use fromtier_gostd::path;
use fromtier_image::Platform;
use fromtier_proto::pb;
use fromtier_proto::pb::file_action::Action;

use crate::caps;
use crate::constraints::Constraints;
use crate::error::MarshalError;
use crate::op_inputs::add_input;
use crate::output::Output;
use crate::state::State;

/// A chain of file operations. It starts empty, and every call adds a step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FileAction {
    steps: Vec<Step>,
}

/// The owner of new files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owner {
    /// The user; none keeps the default.
    pub user: Option<OwnerId>,
    /// The group; none keeps the default.
    pub group: Option<OwnerId>,
}

/// A user or a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnerId {
    /// By number.
    Number(u32),
    /// By name, which is looked up in the file system that the operation works on. An empty name is number 0.
    Name(String),
}

impl Owner {
    /// Parses `user[:group]`, each a name or a number, as `llb.WithUser` does. `root` is number 0. An empty group is the
    /// same as none.
    pub fn parse(text: &str) -> Owner {
        let id = |text: &str| match text {
            "root" => OwnerId::Number(0),
            // A negative number wraps around, as in the reference.
            text => text.parse::<i32>().map_or_else(
                |_| OwnerId::Name(text.to_owned()),
                |n| OwnerId::Number(n as u32),
            ),
        };
        match text.split_once(':') {
            Some((user, group)) => Owner {
                user: Some(id(user)),
                group: (!group.is_empty()).then(|| id(group)),
            },
            None => Owner {
                user: Some(id(text)),
                group: None,
            },
        }
    }

    /// Whether the user or the group is a name, which needs the files of users and groups to be found.
    pub fn has_names(&self) -> bool {
        let is_name = |id: &OwnerId| matches!(id, OwnerId::Name(name) if !name.is_empty());
        self.user.iter().chain(&self.group).any(is_name)
    }

    /// Creates an owner from numbers.
    pub fn numbers(user: u32, group: u32) -> Owner {
        Owner {
            user: Some(OwnerId::Number(user)),
            group: Some(OwnerId::Number(group)),
        }
    }
}

/// The mode of copied files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// Permission bits.
    Octal(u32),
    /// A symbolic mode such as `u+x,go=r`, which the builder parses.
    Text(String),
}

/// Options of a copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopyInfo {
    /// The mode; none keeps the files' own.
    pub mode: Option<Mode>,
    /// Whether symbolic links are followed.
    pub follow_symlinks: bool,
    /// Whether a directory's content is copied, and not the directory.
    pub copy_dir_contents_only: bool,
    /// Only files that match one of these; all if there are none.
    pub include_patterns: Vec<String>,
    /// Not the files that match these.
    pub exclude_patterns: Vec<String>,
    /// Paths that must exist in the source.
    pub required_paths: Vec<String>,
    /// Whether archives are unpacked.
    pub attempt_unpack: bool,
    /// Whether the destination's parents are made.
    pub create_dest_path: bool,
    /// Whether the source is a pattern.
    pub allow_wildcard: bool,
    /// Whether the pattern may match nothing.
    pub allow_empty_wildcard: bool,
    /// The owner; none keeps the default.
    pub owner: Option<Owner>,
    /// The modification time, in nanoseconds since 1970.
    pub created: Option<i64>,
    /// Whether a file may replace a directory, and the reverse.
    pub always_replace_existing_dest_paths: bool,
}

/// Options of a new directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MkdirInfo {
    /// Whether parents are created too, and an existing directory is accepted.
    pub parents: bool,
    /// The owner; none keeps the default.
    pub owner: Option<Owner>,
    /// The modification time, in nanoseconds since 1970.
    pub created: Option<i64>,
}

/// Options of a new file or link.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MakeInfo {
    /// The owner; none keeps the default.
    pub owner: Option<Owner>,
    /// The modification time, in nanoseconds since 1970.
    pub created: Option<i64>,
}

#[derive(Debug, Clone, PartialEq)]
enum Step {
    Mkdir {
        path: String,
        mode: u32,
        info: MkdirInfo,
    },
    Mkfile {
        path: String,
        mode: u32,
        data: Vec<u8>,
        info: MakeInfo,
    },
    Symlink {
        old: String,
        new: String,
        info: MakeInfo,
    },
    Rm {
        path: String,
        allow_not_found: bool,
        allow_wildcard: bool,
    },
    Copy {
        source: Option<Output>,
        src: String,
        dest: String,
        info: Box<CopyInfo>,
    },
}

impl FileAction {
    /// Creates a chain without steps.
    pub fn new() -> FileAction {
        FileAction::default()
    }

    /// Whether there are no steps.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    fn with_step(mut self, step: Step) -> FileAction {
        self.steps.push(step);
        self
    }

    /// Creates a directory.
    #[must_use]
    pub fn mkdir(self, path: &str, mode: u32, info: MkdirInfo) -> FileAction {
        self.with_step(Step::Mkdir {
            path: path.to_owned(),
            mode,
            info,
        })
    }

    /// Creates a file.
    #[must_use]
    pub fn mkfile(self, path: &str, mode: u32, data: Vec<u8>, info: MakeInfo) -> FileAction {
        self.with_step(Step::Mkfile {
            path: path.to_owned(),
            mode,
            data,
            info,
        })
    }

    /// Creates a symbolic link `new` that points to `old`. Both are used unchanged.
    #[must_use]
    pub fn symlink(self, old: &str, new: &str, info: MakeInfo) -> FileAction {
        self.with_step(Step::Symlink {
            old: old.to_owned(),
            new: new.to_owned(),
            info,
        })
    }

    /// Removes a file or a directory.
    #[must_use]
    pub fn rm(self, path: &str, allow_not_found: bool, allow_wildcard: bool) -> FileAction {
        self.with_step(Step::Rm {
            path: path.to_owned(),
            allow_not_found,
            allow_wildcard,
        })
    }

    /// Copies from a state. A relative `src` is relative to the directory of `from`, a relative `dest` to the directory
    /// of the state that the chain works on.
    #[must_use]
    pub fn copy(self, from: &State, src: &str, dest: &str, info: CopyInfo) -> FileAction {
        let src = path::clean(src);
        let src = path::join(&[if path::is_abs(&src) { "/" } else { from.dir() }, &src]);
        self.with_step(Step::Copy {
            source: from.output(),
            src,
            dest: dest.to_owned(),
            info: Box::new(info),
        })
    }
}

#[derive(Debug)]
pub(crate) struct FileVertex {
    base: Option<Output>,
    dir: Rc<str>,
    action: FileAction,
    pub(crate) constraints: Constraints,
}

impl FileVertex {
    pub(crate) fn new(
        state: &State,
        action: FileAction,
        mut constraints: Constraints,
    ) -> FileVertex {
        constraints.add_cap(caps::FILE_BASE);
        FileVertex {
            base: state.output(),
            dir: state.dir().into(),
            action,
            constraints,
        }
    }

    /// The inputs in the order in which the reference visits them: the base, then the last step's source first.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = Output> + '_ {
        let sources = self
            .action
            .steps
            .iter()
            .rev()
            .filter_map(|step| match step {
                Step::Copy { source, .. } => *source,
                _ => None,
            });
        self.base
            .into_iter()
            .filter(|_| !self.action.is_empty())
            .chain(sources)
    }

    pub(crate) fn marshal(
        &self,
        platform: &Platform,
        mut input: impl FnMut(Output) -> Result<pb::Input, MarshalError>,
    ) -> Result<pb::Op, MarshalError> {
        if self.action.is_empty() {
            return Err(MarshalError("action is required".to_owned()));
        }
        let mut op = self.constraints.new_op(platform);
        let base = match self.base {
            Some(base) => add_input(&mut op.inputs, input(base)?),
            None => -1,
        };
        let mut seconds = Vec::with_capacity(self.action.steps.len());
        for step in &self.action.steps {
            seconds.push(match step {
                Step::Copy {
                    source: Some(source),
                    ..
                } => add_input(&mut op.inputs, input(*source)?),
                _ => -1,
            });
        }
        let inputs = to_i64(op.inputs.len());
        let last = self.action.steps.len() - 1;
        let actions =
            self.action
                .steps
                .iter()
                .zip(seconds)
                .enumerate()
                .map(|(i, (step, second))| pb::FileAction {
                    // A step works on the result of the previous one. Results are counted after the inputs.
                    input: if i == 0 { base } else { inputs + to_i64(i - 1) },
                    secondary_input: second,
                    output: if i == last { 0 } else { -1 },
                    action: Some(step.marshal(&self.dir, base)),
                });
        op.op = Some(pb::op::Op::File(pb::FileOp {
            actions: actions.collect(),
        }));
        op.platform = None;
        Ok(op)
    }
}

impl Step {
    fn marshal(&self, dir: &str, base: i64) -> Action {
        match self {
            Step::Mkdir { path, mode, info } => Action::Mkdir(pb::FileActionMkDir {
                path: absolute(dir, path, false),
                mode: (mode & 0o777) as i32,
                make_parents: info.parents,
                owner: info.owner.as_ref().map(|owner| owner.marshal(base)),
                timestamp: info.created.unwrap_or(-1),
            }),
            Step::Mkfile {
                path,
                mode,
                data,
                info,
            } => Action::Mkfile(pb::FileActionMkFile {
                path: absolute(dir, path, false),
                mode: (mode & 0o777) as i32,
                data: data.clone(),
                owner: info.owner.as_ref().map(|owner| owner.marshal(base)),
                timestamp: info.created.unwrap_or(-1),
            }),
            Step::Symlink { old, new, info } => Action::Symlink(pb::FileActionSymlink {
                oldpath: old.clone(),
                newpath: new.clone(),
                owner: info.owner.as_ref().map(|owner| owner.marshal(base)),
                timestamp: info.created.unwrap_or(-1),
            }),
            Step::Rm {
                path,
                allow_not_found,
                allow_wildcard,
            } => Action::Rm(pb::FileActionRm {
                path: absolute(dir, path, false),
                allow_not_found: *allow_not_found,
                allow_wildcard: *allow_wildcard,
            }),
            Step::Copy {
                src, dest, info, ..
            } => {
                let (mode, mode_str) = match &info.mode {
                    None => (-1, ""),
                    Some(Mode::Octal(mode)) => (*mode as i32, ""),
                    Some(Mode::Text(text)) => (0, text.as_str()),
                };
                Action::Copy(pb::FileActionCopy {
                    src: src.clone(),
                    dest: absolute(dir, dest, true),
                    owner: info.owner.as_ref().map(|owner| owner.marshal(base)),
                    mode,
                    follow_symlink: info.follow_symlinks,
                    dir_copy_contents: info.copy_dir_contents_only,
                    attempt_unpack: info.attempt_unpack,
                    create_dest_path: info.create_dest_path,
                    allow_wildcard: info.allow_wildcard,
                    allow_empty_wildcard: info.allow_empty_wildcard,
                    timestamp: info.created.unwrap_or(-1),
                    include_patterns: info.include_patterns.clone(),
                    exclude_patterns: info.exclude_patterns.clone(),
                    always_replace_existing_dest_paths: info.always_replace_existing_dest_paths,
                    mode_str: mode_str.to_owned(),
                    required_paths: info.required_paths.clone(),
                })
            }
        }
    }
}

impl Owner {
    fn marshal(&self, base: i64) -> pb::ChownOpt {
        let id = |id: &OwnerId| pb::UserOpt {
            user: Some(match id {
                OwnerId::Number(number) => pb::user_opt::User::ById(*number),
                OwnerId::Name(name) if name.is_empty() => pb::user_opt::User::ById(0),
                OwnerId::Name(name) => pb::user_opt::User::ByName(pb::NamedUserOpt {
                    name: name.clone(),
                    input: base,
                }),
            }),
        };
        pb::ChownOpt {
            user: self.user.as_ref().map(id),
            group: self.group.as_ref().map(id),
        }
    }
}

fn to_i64(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Returns a cleaned path from the root. `keep_slash` keeps a trailing `/` or `/.`, which have a meaning in copies.
fn absolute(dir: &str, given: &str, keep_slash: bool) -> String {
    let mut cleaned = path::clean(given).into_owned();
    if !path::is_abs(&cleaned) {
        cleaned = path::join(&["/", dir, &cleaned]);
    }
    if keep_slash {
        if given.ends_with('/') && !cleaned.ends_with('/') {
            cleaned.push('/');
        } else if given.ends_with("/.") {
            if cleaned != "/" {
                cleaned.push('/');
            }
            cleaned.push('.');
        }
    }
    cleaned
}
