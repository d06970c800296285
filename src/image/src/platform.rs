//! Platforms: `linux/arm64/v8`, as containerd/platforms reads and writes them.

use fromtier_gostd::path;
use fromtier_gostd::strconv::quote;
use fromtier_gostd::url::path_unescape;

/// The platform that an image runs on, as in the OCI image spec.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Platform {
    /// The operating system, such as `linux`.
    pub os: String,
    /// The architecture in Go's names, such as `amd64`.
    pub architecture: String,
    /// The architecture's variant, such as `v8`; empty if there is none.
    pub variant: String,
    /// The version of Windows; empty otherwise.
    pub os_version: String,
    /// `None` is Go's nil, which differs from an empty list in some results.
    pub os_features: Option<Vec<String>>,
}

/// containerd/platforms' own error texts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PlatformError(pub String);

/// The form of the OS component, quoted in an error.
const OS_PATTERN: &str = r"^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.%-]*)((?:\+[A-Za-z0-9_.%-]+)*)\))?$";
/// The form of the other components.
const COMPONENT_PATTERN: &str = "^[A-Za-z0-9_.-]+$";

impl Platform {
    /// Returns the platform of an OS and an architecture, as given.
    pub fn new(os: &str, architecture: &str) -> Platform {
        Platform {
            os: os.to_owned(),
            architecture: architecture.to_owned(),
            ..Platform::default()
        }
    }

    /// Parses a platform as containerd's `platforms.Parse`, with its error texts.
    pub fn parse(text: &str) -> Result<Platform, PlatformError> {
        let fail = |message: String| Err(PlatformError(message));
        let whole = quote(text);
        if text.contains('*') {
            return fail(format!(
                "{whole}: wildcards not yet supported: invalid argument"
            ));
        }
        let parts: Vec<&str> = text.splitn(4, '/').collect();
        let first = parts.first().copied().unwrap_or_default();
        let mut platform = parse_os(first, &whole)?;
        if let Some(part) = parts[1..].iter().find(|part| !is_component(part)) {
            return fail(format!(
                "{} is an invalid component of {whole}: platform specifier component must match {}: invalid argument",
                quote(part),
                quote(COMPONENT_PATTERN)
            ));
        }
        match parts[..] {
            [_] if is_known_os(&platform.os) => {
                platform.architecture = host_architecture().to_owned();
            }
            [word] => {
                (platform.architecture, platform.variant) = parse_architecture(word);
                if !is_known_architecture(&platform.architecture) {
                    return fail(format!(
                        "{whole}: unknown operating system or architecture: invalid argument"
                    ));
                }
                platform.os = host_os().to_owned();
            }
            [_, architecture] => {
                (platform.architecture, platform.variant) = parse_architecture(architecture);
            }
            [_, architecture, variant] => {
                (platform.architecture, platform.variant) =
                    normalize_architecture(architecture, variant);
                if platform.architecture == "arm64" && platform.variant.is_empty() {
                    platform.variant = "v8".to_owned();
                }
            }
            _ => {
                return fail(format!(
                    "{whole}: cannot parse platform specifier: invalid argument"
                ));
            }
        }
        Ok(platform)
    }

    /// Normalizes the platform as containerd's `platforms.Normalize`: canonical names, features sorted and without
    /// duplicates.
    #[must_use]
    pub fn normalize(mut self) -> Platform {
        self.os = normalize_os(&self.os);
        (self.architecture, self.variant) =
            normalize_architecture(&self.architecture, &self.variant);
        if let Some(features) = &mut self.os_features {
            features.sort();
            features.dedup();
        }
        self
    }

    /// Writes the platform as containerd's `platforms.Format`.
    pub fn format(&self) -> String {
        if self.os.is_empty() {
            return "unknown".to_owned();
        }
        path::join(&[&self.os, &self.architecture, &self.variant])
    }

    /// Writes the platform with the OS version and features, as containerd's `platforms.FormatAll`.
    pub fn format_all(&self) -> String {
        if self.os.is_empty() {
            return "unknown".to_owned();
        }
        let mut features: Vec<&str> = self
            .os_features
            .iter()
            .flatten()
            .map(String::as_str)
            .filter(|f| !f.is_empty())
            .collect();
        features.sort_unstable();
        features.dedup();
        if self.os_version.is_empty() && features.is_empty() {
            return self.format();
        }
        let mut os = format!("{}({}", self.os, escape(&self.os_version));
        for feature in features {
            os.push('+');
            os.push_str(&escape(feature));
        }
        os.push(')');
        path::join(&[&os, &self.architecture, &self.variant])
    }

    /// Returns the platform that this binary was built for (`platforms.DefaultSpec`, normalized).
    pub fn host() -> Platform {
        Platform::new(host_os(), host_architecture()).normalize()
    }
}

/// Returns Go's `GOOS`.
fn host_os() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        os => os,
    }
}

/// Returns Go's `GOARCH`.
fn host_architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "x86" => "386",
        "aarch64" => "arm64",
        "powerpc64" if cfg!(target_endian = "little") => "ppc64le",
        "powerpc64" => "ppc64",
        "loongarch64" => "loong64",
        "mips64" if cfg!(target_endian = "little") => "mips64le",
        architecture => architecture,
    }
}

fn is_known_os(os: &str) -> bool {
    matches!(
        os,
        "aix"
            | "android"
            | "darwin"
            | "dragonfly"
            | "freebsd"
            | "hurd"
            | "illumos"
            | "ios"
            | "js"
            | "linux"
            | "nacl"
            | "netbsd"
            | "openbsd"
            | "plan9"
            | "solaris"
            | "windows"
            | "zos"
    )
}

fn is_known_architecture(architecture: &str) -> bool {
    matches!(
        architecture,
        "386"
            | "amd64"
            | "amd64p32"
            | "arm"
            | "armbe"
            | "arm64"
            | "arm64be"
            | "ppc64"
            | "ppc64le"
            | "loong64"
            | "mips"
            | "mipsle"
            | "mips64"
            | "mips64le"
            | "mips64p32"
            | "mips64p32le"
            | "ppc"
            | "riscv"
            | "riscv64"
            | "s390"
            | "s390x"
            | "sparc"
            | "sparc64"
            | "wasm"
    )
}

fn normalize_os(os: &str) -> String {
    match os.to_lowercase().as_str() {
        "" => host_os().to_owned(),
        "macos" => "darwin".to_owned(),
        os => os.to_owned(),
    }
}

fn normalize_architecture(architecture: &str, variant: &str) -> (String, String) {
    let architecture = architecture.to_lowercase();
    let variant = variant.to_lowercase();
    let (architecture, variant) = match (architecture.as_str(), variant.as_str()) {
        ("i386", _) => ("386", ""),
        ("x86_64" | "x86-64" | "amd64", "v1") => ("amd64", ""),
        ("x86_64" | "x86-64", variant) => ("amd64", variant),
        ("aarch64" | "arm64", "8" | "v8" | "v8.0") => ("arm64", ""),
        ("aarch64" | "arm64", "9" | "9.0" | "v9.0") => ("arm64", "v9"),
        ("aarch64", variant) => ("arm64", variant),
        ("armhf", _) => ("arm", "v7"),
        ("armel", _) => ("arm", "v6"),
        ("arm", "" | "7") => ("arm", "v7"),
        ("arm", "5") => ("arm", "v5"),
        ("arm", "6") => ("arm", "v6"),
        ("arm", "8") => ("arm", "v8"),
        other => other,
    };
    (architecture.to_owned(), variant.to_owned())
}

/// Parses an architecture without a variant. `arm` means v7, and its variant stays empty.
fn parse_architecture(word: &str) -> (String, String) {
    let (architecture, mut variant) = normalize_architecture(word, "");
    if architecture == "arm" && variant == "v7" {
        variant.clear();
    }
    (architecture, variant)
}

/// Parses the OS component: a name, with a version and features in parentheses. `whole` is the platform, for errors.
fn parse_os(component: &str, whole: &str) -> Result<Platform, PlatformError> {
    let Some((os, version, features)) = split_os(component) else {
        return Err(PlatformError(format!(
            "{} is an invalid OS component of {whole}: OSAndVersion specifier component must match {}: invalid argument",
            quote(component),
            quote(OS_PATTERN)
        )));
    };
    let mut platform = Platform {
        os: normalize_os(os),
        ..Platform::default()
    };
    platform.os_version = path_unescape(version).map_err(|e| {
        PlatformError(format!(
            "{whole} has an invalid OS version {}: {e}",
            quote(version)
        ))
    })?;
    for raw in features.split('+').skip(1) {
        let feature = path_unescape(raw).map_err(|e| {
            PlatformError(format!(
                "{whole} has invalid OS features: invalid os feature {}: {e}",
                quote(raw)
            ))
        })?;
        if !feature.is_empty() {
            platform.os_features.get_or_insert_default().push(feature);
        }
    }
    Ok(platform)
}

/// Whether a component after the first has the shape of [`COMPONENT_PATTERN`].
fn is_component(part: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    !part.is_empty() && part.bytes().all(allowed)
}

/// Splits `os(version+feature…)`; the features keep their signs.
fn split_os(part: &str) -> Option<(&str, &str, &str)> {
    let name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let option = |b: u8| name(b) || matches!(b, b'.' | b'%');
    let (os, options) = match part.split_once('(') {
        Some((os, rest)) => (os, rest.strip_suffix(')')?),
        None => (part, ""),
    };
    let (version, features) = options.split_at(options.find('+').unwrap_or(options.len()));
    let fine = !os.is_empty()
        && os.bytes().all(name)
        && version.bytes().all(option)
        && features
            .split('+')
            .skip(1)
            .all(|f| !f.is_empty() && f.bytes().all(option));
    fine.then_some((os, version, features))
}

/// Escapes the characters that have a meaning in OS options.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' => out.push_str("%25"),
            '+' => out.push_str("%2B"),
            '(' => out.push_str("%28"),
            ')' => out.push_str("%29"),
            '/' => out.push_str("%2F"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Platform;

    // Expectations printed by containerd/platforms: Format, FormatAll, and FormatAll when normalized.
    #[test]
    fn platforms_are_read_and_written_as_containerd_does() {
        let table = "\
linux/arm|linux/arm|linux/arm|linux/arm/v7
linux/arm/v7|linux/arm/v7|linux/arm/v7|linux/arm/v7
linux/arm/7|linux/arm/v7|linux/arm/v7|linux/arm/v7
linux/arm/8|linux/arm/v8|linux/arm/v8|linux/arm/v8
linux/arm64|linux/arm64|linux/arm64|linux/arm64
linux/arm64/v8|linux/arm64/v8|linux/arm64/v8|linux/arm64
linux/arm64/v9|linux/arm64/v9|linux/arm64/v9|linux/arm64/v9
windows(10.0.17763)/amd64|windows/amd64|windows(10.0.17763)/amd64|windows(10.0.17763)/amd64
linux(+b+a+a)/amd64|linux/amd64|linux(+a+b)/amd64|linux(+a+b)/amd64
linux()/amd64|linux/amd64|linux/amd64|linux/amd64
linux(%2B)/amd64|linux/amd64|linux(%2B)/amd64|linux(%2B)/amd64
linux(+%2B)/x|linux/x|linux(+%2B)/x|linux(+%2B)/x
MacOS/x86_64|darwin/amd64|darwin/amd64|darwin/amd64
foo/bar|foo/bar|foo/bar|foo/bar
linux/amd64/v1|linux/amd64|linux/amd64|linux/amd64
linux/amd64/v2|linux/amd64/v2|linux/amd64/v2|linux/amd64/v2
linux/i386/x|linux/386|linux/386|linux/386
linux/armhf|linux/arm|linux/arm|linux/arm/v7
linux/armel|linux/arm/v6|linux/arm/v6|linux/arm/v6
Linux/AMD64|linux/amd64|linux/amd64|linux/amd64
linux/..|.|.|.";
        for line in table.lines() {
            let fields: Vec<&str> = line.split('|').collect();
            let platform = Platform::parse(fields[0]).unwrap();
            assert_eq!(platform.format(), fields[1], "{line}");
            assert_eq!(platform.format_all(), fields[2], "{line}");
            assert_eq!(platform.normalize().format_all(), fields[3], "{line}");
        }
    }

    #[test]
    fn errors_are_those_of_containerd() {
        for (given, expected) in [
            ("*", r#""*": wildcards not yet supported: invalid argument"#),
            (
                "foo",
                r#""foo": unknown operating system or architecture: invalid argument"#,
            ),
            (
                "a/b/c/d",
                r#""a/b/c/d": cannot parse platform specifier: invalid argument"#,
            ),
            (
                "a/b/c/d/e",
                r#""d/e" is an invalid component of "a/b/c/d/e": platform specifier component must match "^[A-Za-z0-9_.-]+$": invalid argument"#,
            ),
            (
                "linux(+)/x",
                r#""linux(+)" is an invalid OS component of "linux(+)/x": OSAndVersion specifier component must match "^([A-Za-z0-9_-]+)(?:\\(([A-Za-z0-9_.%-]*)((?:\\+[A-Za-z0-9_.%-]+)*)\\))?$": invalid argument"#,
            ),
            (
                "linux(%2)/amd64",
                r#""linux(%2)/amd64" has an invalid OS version "%2": invalid URL escape "%2""#,
            ),
            (
                "linux(+%zz)/x",
                r#""linux(+%zz)/x" has invalid OS features: invalid os feature "%zz": invalid URL escape "%zz""#,
            ),
        ] {
            assert_eq!(Platform::parse(given).unwrap_err().0, expected);
        }
    }

    #[test]
    fn a_single_word_is_completed_with_the_hosts_platform() {
        let host = Platform::host();
        assert_eq!(
            Platform::parse("linux").unwrap().architecture,
            host.architecture
        );
        let wasm = Platform::parse("wasm").unwrap();
        assert_eq!((wasm.os, wasm.architecture), (host.os, "wasm".to_owned()));
    }
}
