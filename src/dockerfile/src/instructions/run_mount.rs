//! `RUN --mount`: caches, secrets, and the files of others while a command runs.

use fromtier_gostd::csv;
use fromtier_gostd::strconv::{parse_bool, quote};
use fromtier_gostd::strings::to_lower;

use super::size::ram_in_bytes;
use crate::error::{Error, Result};
use crate::suggest;

/// The type of a mount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MountType {
    /// Files of another stage, an image or the context.
    #[default]
    Bind,
    /// A directory that is kept between builds.
    Cache,
    /// A file system in memory.
    Tmpfs,
    /// A secret of the client.
    Secret,
    /// The client's SSH agent.
    Ssh,
}

impl MountType {
    const ALL: [MountType; 5] = [
        MountType::Bind,
        MountType::Cache,
        MountType::Tmpfs,
        MountType::Secret,
        MountType::Ssh,
    ];

    /// The name that `type=` takes.
    pub fn name(self) -> &'static str {
        match self {
            MountType::Bind => "bind",
            MountType::Cache => "cache",
            MountType::Tmpfs => "tmpfs",
            MountType::Secret => "secret",
            MountType::Ssh => "ssh",
        }
    }
}

/// Whether several builds may use a cache at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// They may.
    Shared,
    /// Each one gets a cache of its own.
    Private,
    /// One waits for the other.
    Locked,
}

impl Sharing {
    const ALL: [Sharing; 3] = [Sharing::Shared, Sharing::Private, Sharing::Locked];

    /// The name that `sharing=` takes.
    pub fn name(self) -> &'static str {
        match self {
            Sharing::Shared => "shared",
            Sharing::Private => "private",
            Sharing::Locked => "locked",
        }
    }
}

/// One `RUN --mount`, after [`super::Run::expand_mounts`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mount {
    /// The `type`.
    pub kind: MountType,
    /// The `from`; empty without it.
    pub from: String,
    /// The `source`; empty without it.
    pub source: String,
    /// The `target`; empty without it.
    pub target: String,
    /// Whether it can't be written to.
    pub read_only: bool,
    /// Bytes.
    pub size_limit: i64,
    /// The `id` of a cache, a secret or an agent; empty without it.
    pub cache_id: String,
    /// The `sharing` of a cache.
    pub sharing: Option<Sharing>,
    /// Whether the build fails without the secret or agent.
    pub required: bool,
    /// `env=`: `Some("")` asks for the default name.
    pub env: Option<String>,
    /// Permission bits.
    pub mode: Option<u64>,
    /// The owner.
    pub uid: Option<u64>,
    /// The group.
    pub gid: Option<u64>,
}

/// All keys, for suggestions.
const KEYS: [&str; 19] = [
    "type",
    "from",
    "source",
    "target",
    "readonly",
    "id",
    "sharing",
    "required",
    "size",
    "mode",
    "uid",
    "gid",
    "src",
    "dst",
    "destination",
    "ro",
    "rw",
    "readwrite",
    "env",
];

/// Expands the variables of a value.
pub(super) type Expand<'a> = &'a mut dyn FnMut(&str) -> Result<String>;

/// Reads a mount. Without `expand` only `from` is read, which can't have variables.
pub(super) fn parse(flag: &str, mut expand: Option<Expand>) -> Result<Mount> {
    let fields = csv::fields(flag).map_err(|e| e.wrap("failed to parse csv mounts"))?;
    let mut mount = Mount::default();
    let mut read_only = None;
    for field in &fields {
        let (key, value) = match field.split_once('=') {
            Some((key, value)) => (to_lower(key), Some(value)),
            None => (to_lower(field), None),
        };
        let (value, expand) = match (value, &mut expand) {
            (Some(value), Some(expand)) => (value, expand),
            (None, Some(_)) => {
                set_bare(&mut mount, &mut read_only, field, &key)?;
                continue;
            }
            (Some(value), None) if key == "from" => {
                mount.from = without_variables(&key, value)?;
                continue;
            }
            (_, None) => continue,
        };
        let value = expand(value)?;
        set(&mut mount, &mut read_only, field, &key, value)?;
    }
    mount.read_only =
        read_only.unwrap_or(!matches!(mount.kind, MountType::Cache | MountType::Tmpfs));
    check(&mount)?;
    Ok(mount)
}

fn without_variables(key: &str, value: &str) -> Result<String> {
    match value.find('$') {
        Some(at) if at + 1 != value.len() => Err(Error::new(format!(
            "'{key}' doesn't support variable expansion, define alias stage instead"
        ))),
        _ => Ok(value.to_owned()),
    }
}

/// A key without a value.
fn set_bare(mount: &mut Mount, read_only: &mut Option<bool>, field: &str, key: &str) -> Result<()> {
    match key {
        "readonly" | "ro" => *read_only = Some(true),
        "readwrite" | "rw" => *read_only = Some(false),
        "required" if may_be_required(mount) => mount.required = true,
        "required" => return Err(wrong_type(key, mount)),
        _ => {
            return Err(Error::new(format!(
                "invalid field '{field}' must be a key=value pair"
            )));
        }
    }
    Ok(())
}

fn set(
    mount: &mut Mount,
    read_only: &mut Option<bool>,
    field: &str,
    key: &str,
    value: String,
) -> Result<()> {
    let invalid = || Error::new(format!("invalid value for {key}: {value}"));
    let bool = || parse_bool(&value).map_err(|_| invalid());
    match key {
        "type" => {
            let all = MountType::ALL.map(|kind| (kind.name(), kind));
            mount.kind = one_of("mount type", &value, all)?;
        }
        "from" => mount.from = value,
        "source" | "src" => mount.source = value,
        "target" | "dst" | "destination" => mount.target = value,
        "readonly" | "ro" => *read_only = Some(bool()?),
        "readwrite" | "rw" => *read_only = Some(!bool()?),
        "required" if may_be_required(mount) => mount.required = bool()?,
        "size" if mount.kind == MountType::Tmpfs => {
            mount.size_limit = ram_in_bytes(&value).ok_or_else(invalid)?;
        }
        "required" | "size" => return Err(wrong_type(key, mount)),
        "id" => mount.cache_id = value,
        "sharing" => {
            let all = Sharing::ALL.map(|sharing| (sharing.name(), sharing));
            mount.sharing = Some(one_of("sharing value", &value, all)?);
        }
        "mode" => mount.mode = Some(number("mode", &value, 8)?),
        "uid" => mount.uid = Some(number("uid", &value, 10)?),
        "gid" => mount.gid = Some(number("gid", &value, 10)?),
        "env" => mount.env = Some(value),
        _ => {
            let error = Error::new(format!("unexpected key '{key}' in '{field}'"));
            return Err(suggest::with_suggestion(
                error,
                key,
                &KEYS,
                suggest::Case::Sensitive,
            ));
        }
    }
    Ok(())
}

fn may_be_required(mount: &Mount) -> bool {
    matches!(mount.kind, MountType::Secret | MountType::Ssh)
}

fn wrong_type(key: &str, mount: &Mount) -> Error {
    Error::new(format!(
        "unexpected key '{key}' for mount type '{}'",
        mount.kind.name()
    ))
}

/// The one whose name is `value`, in any casing.
fn one_of<T: Copy, const N: usize>(
    what: &str,
    value: &str,
    all: [(&'static str, T); N],
) -> Result<T> {
    let lower = to_lower(value);
    if let Some((_, found)) = all.iter().find(|(name, _)| *name == lower) {
        return Ok(*found);
    }
    let error = Error::new(format!("unsupported {what} {}", quote(value)));
    Err(suggest::with_suggestion(
        error,
        value,
        &all.map(|(name, _)| name),
        suggest::Case::Sensitive,
    ))
}

/// Digits only, no more than 32 bits.
fn number(key: &str, value: &str, radix: u32) -> Result<u64> {
    let plain = value.bytes().all(|b| b.is_ascii_digit());
    u32::from_str_radix(value, radix)
        .ok()
        .filter(|_| plain)
        .map(u64::from)
        .ok_or_else(|| Error::new(format!("invalid value {value} for {key}")))
}

/// Checks for keys that can't be combined.
fn check(mount: &Mount) -> Result<()> {
    let kind = mount.kind;
    if matches!(kind, MountType::Bind | MountType::Tmpfs) {
        for (key, value) in [("mode", mount.mode), ("uid", mount.uid), ("gid", mount.gid)] {
            if value.is_some() {
                return Err(Error::new(format!(
                    "{key} not allowed for {} type mounts",
                    quote(kind.name())
                )));
            }
        }
    }
    let message = if kind == MountType::Secret {
        if !mount.from.is_empty() {
            "secret mount should not have a from"
        } else if mount.sharing.is_some() {
            "secret mount should not define sharing"
        } else if [&mount.source, &mount.target, &mount.cache_id]
            .iter()
            .all(|v| v.is_empty())
        {
            "invalid secret mount. one of source, target required"
        } else if !mount.source.is_empty() && !mount.cache_id.is_empty() {
            "both source and id can't be set"
        } else {
            return Ok(());
        }
    } else if mount.sharing.is_some() && kind != MountType::Cache {
        return Err(Error::new(format!(
            "invalid cache sharing set for {} mount",
            kind.name()
        )));
    } else {
        return Ok(());
    };
    Err(Error::new(message))
}
