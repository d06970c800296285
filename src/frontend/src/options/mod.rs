//! The build's options (`BUILDKIT_FRONTEND_OPT_…`), read into the options of a conversion.

mod attest;
mod cache;
mod limits;

use std::collections::BTreeMap;
use std::net::IpAddr;

pub use attest::Sbom;
use fromtier_convert::{NoCache, Options};
use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::lint;
use fromtier_gostd::csv;
use fromtier_gostd::strconv::{parse_bool, parse_int};
use fromtier_image::Platform;
use fromtier_llb::{CapSet, HostIp, NetMode, ResolveMode};
use fromtier_proto::gw::CacheOptionsEntry;

/// All options, parsed.
#[derive(Debug, Clone)]
pub struct Config {
    /// The options that the conversions of all platforms share. Platform, contexts and source map are set later.
    pub convert: Options,
    /// `--platform`, normalized; empty if none was requested.
    pub platforms: Vec<Platform>,
    /// The caches to import (`--cache-from`).
    pub cache_imports: Vec<CacheOptionsEntry>,
    /// The bill of materials to make (`--sbom`).
    pub sbom: Option<Sbom>,
}

/// The options by name.
pub type Opts = BTreeMap<String, String>;

/// Reads the options. `workers` are the platforms of the builder's first worker, the default one first.
pub fn read(opts: &Opts, caps: &CapSet, workers: &[Platform], session: &str) -> Result<Config> {
    check_old_options(opts, caps)?;
    let get = |key: &str| opts.get(key).map_or("", String::as_str);

    let default_platform = match workers.first() {
        Some(platform) => platform.clone(),
        None => Platform::host(),
    };
    let platforms = match get("platform") {
        "" => Vec::new(),
        text => parse_platforms(text)?,
    };
    let resolve_mode = parse_resolve_mode(get("image-resolve-mode"))?;
    let extra_hosts =
        parse_hosts(get("add-hosts")).map_err(|e| e.wrap("failed to parse additional hosts"))?;
    let shm_size = match get("shm-size") {
        "" => 0,
        text => parse_int(text).map_err(|e| e.wrap("failed to parse shm size"))?,
    };
    let ulimits =
        limits::parse_ulimits(get("ulimit")).map_err(|e| e.wrap("failed to parse ulimit"))?;
    let linux_resources =
        limits::parse_resources(opts).map_err(|e| e.wrap("failed to parse resource limits"))?;
    let network = parse_network_mode(get("force-network-mode"))?;
    let multi_platform = multi_platform(opts, platforms.len())?;
    let cache_imports = cache::parse_cache_imports(opts)?;
    let sbom = attest::parse_sbom(opts)?;
    let lint = match opts.get("build-arg:BUILDKIT_DOCKERFILE_CHECK") {
        Some(text) => Some(
            lint::Config::parse(text)
                .map_err(|e| e.wrap("failed to parse build-arg:BUILDKIT_DOCKERFILE_CHECK"))?,
        ),
        None => None,
    };
    let git_advice = match get("build-arg:BUILDKIT_GIT_ADVICE") {
        "" => false,
        text => {
            parse_bool(text).map_err(|e| e.wrap("failed to parse build-arg:BUILDKIT_GIT_ADVICE"))?
        }
    };
    let hostname = match get("build-arg:BUILDKIT_SANDBOX_HOSTNAME") {
        "" => get("hostname"),
        name => name,
    };

    let convert = Options {
        build_args: with_prefix(opts, "build-arg:"),
        labels: with_prefix(opts, "label:"),
        target: get("target").to_owned(),
        no_cache: NoCache::parse(opts.get("no-cache").map(String::as_str)),
        extra_hosts,
        ulimits,
        network,
        shm_size,
        cgroup_parent: get("cgroup-parent").to_owned(),
        linux_resources,
        hostname: hostname.to_owned(),
        cache_namespace: get("build-arg:BUILDKIT_CACHE_MOUNT_NS").to_owned(),
        git_advice,
        resolve_mode,
        build_platforms: vec![default_platform],
        multi_platform,
        caps: caps.clone(),
        lint,
        contexts: with_prefix(opts, "context:"),
        input_metadata: with_prefix(opts, "input-metadata:"),
        shared_keys: with_prefix(opts, "sharedkey:localdir:"),
        session_id: session.to_owned(),
        local_session_ids: with_prefix(opts, "local-sessionid:"),
        ..Options::default()
    };
    Ok(Config {
        convert,
        platforms,
        cache_imports,
        sbom,
    })
}

fn parse_resolve_mode(text: &str) -> Result<ResolveMode> {
    match text {
        "" | "default" => Ok(ResolveMode::Default),
        "pull" => Ok(ResolveMode::ForcePull),
        "local" => Ok(ResolveMode::PreferLocal),
        other => Err(Error::new(format!("invalid image-resolve-mode: {other}"))),
    }
}

fn parse_network_mode(text: &str) -> Result<NetMode> {
    match text {
        "" | "sandbox" => Ok(NetMode::Unset),
        "none" => Ok(NetMode::None),
        "host" => Ok(NetMode::Host),
        other => Err(Error::new(format!("invalid netmode {other}"))),
    }
}

/// Refuses options, and builders, that are too old.
fn check_old_options(opts: &Opts, caps: &CapSet) -> Result<()> {
    caps.supports("file.base")
        .map_err(|e| Error::new(e).wrap("needs BuildKit 0.5 or later"))?;
    let removed = |what: &str| {
        Error::new(format!(
            "support for \"{what}\" was removed in BuildKit 0.11"
        ))
    };
    if opts
        .get("override-copy-image")
        .is_some_and(|v| !v.is_empty())
    {
        return Err(removed("override-copy-image"));
    }
    let fileop = opts.get("build-arg:BUILDKIT_DISABLE_FILEOP");
    if fileop.is_some_and(|v| parse_bool(v) == Ok(true)) {
        return Err(Error::new(
            "support for \"BUILDKIT_DISABLE_FILEOP\" build-arg was removed in BuildKit 0.11",
        ));
    }
    Ok(())
}

/// Whether the result is an index: because it was requested, or because there are several platforms.
fn multi_platform(opts: &Opts, platforms: usize) -> Result<bool> {
    let several = platforms > 1;
    let requested = ["build-arg:BUILDKIT_MULTI_PLATFORM", "multi-platform"]
        .into_iter()
        .find_map(|key| opts.get(key).filter(|v| !v.is_empty()));
    let Some(text) = requested else {
        return Ok(several);
    };
    let Ok(requested) = parse_bool(text) else {
        return Err(Error::new(format!(
            "invalid boolean value for multi-platform: {text}"
        )));
    };
    if !requested && several {
        return Err(Error::new(
            "conflicting config: returning multiple target platforms is not allowed",
        ));
    }
    Ok(requested)
}

fn parse_platforms(text: &str) -> Result<Vec<Platform>> {
    text.split(',')
        .map(|p| {
            Platform::parse(p).map(Platform::normalize).map_err(|e| {
                Error::new(e.to_string()).wrap(format!("failed to parse target platform {p}"))
            })
        })
        .collect()
}

/// Parses `add-hosts`: `name=ip,name=ip`, in CSV.
fn parse_hosts(text: &str) -> Result<Vec<HostIp>> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let read = |field: &String| {
        let lower = field.to_lowercase();
        let (host, ip) = lower
            .split_once('=')
            .ok_or_else(|| Error::new(format!("invalid key-value pair {field}")))?;
        let ip: IpAddr = ip
            .parse()
            .map_err(|_| Error::new(format!("failed to parse IP {ip}")))?;
        Ok(HostIp {
            host: host.to_owned(),
            ip: ip.to_canonical(),
        })
    };
    csv::fields(text)?.iter().map(read).collect()
}

/// Returns the options with this prefix, without the prefix.
fn with_prefix(opts: &Opts, prefix: &str) -> BTreeMap<String, String> {
    opts.iter()
        .filter_map(|(k, v)| Some((k.strip_prefix(prefix)?.to_owned(), v.clone())))
        .collect()
}
