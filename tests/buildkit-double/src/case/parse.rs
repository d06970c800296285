//! The case file: a head of directives, then sections with contents.

use std::time::Duration;

use super::images::parse_platform;
use super::{Case, Entry};

/// Why a case file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}:{line}: {message}")]
pub struct ParseError {
    /// The case.
    pub name: String,
    /// From 1.
    pub line: usize,
    /// The problem.
    pub message: String,
}

pub(super) fn parse(name: &str, text: &str) -> Result<Case, ParseError> {
    let mut case = Case {
        name: name.to_owned(),
        ..Case::default()
    };
    let fail = |line: usize, message: String| ParseError {
        name: name.to_owned(),
        line,
        message,
    };
    let mut section: Option<(usize, &str, String)> = None;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let bare = line.strip_suffix('\n').unwrap_or(line);
        if let Some(title) = bare
            .strip_prefix("-- ")
            .and_then(|rest| rest.strip_suffix(" --"))
        {
            if let Some((at, title, body)) = section.take() {
                add_section(&mut case, title, body).map_err(|err| fail(at, err))?;
            }
            section = Some((number, title, String::new()));
        } else if let Some((_, _, body)) = &mut section {
            body.push_str(line);
        } else {
            directive(&mut case, bare.trim()).map_err(|err| fail(number, err))?;
        }
    }
    if let Some((at, title, body)) = section {
        add_section(&mut case, title, body).map_err(|err| fail(at, err))?;
    }
    case.about = case.about.trim_end().to_owned();
    Ok(case)
}

fn directive(case: &mut Case, line: &str) -> Result<(), String> {
    if line.is_empty() {
        return Ok(());
    }
    if let Some(comment) = line.strip_prefix('#') {
        case.about.push_str(comment.trim());
        case.about.push('\n');
        return Ok(());
    }
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let rest = rest.trim();
    let words = || rest.split_whitespace().map(str::to_owned);
    match word {
        "option" => {
            let (name, value) = rest
                .split_once('=')
                .ok_or("an option is written name=value")?;
            case.options.insert(name.to_owned(), unescape(value));
        }
        "no-option" => {
            for name in words() {
                case.options
                    .remove(&name)
                    .ok_or_else(|| format!("no such option: {name}"))?;
            }
        }
        "session" => case.session = rest.to_owned(),
        "worker" => {
            // The first line replaces the default worker.
            if case.workers == Case::default().workers {
                case.workers.clear();
            }
            case.workers
                .push(words().map(|p| parse_platform(&p)).collect());
        }
        "no-cap" => {
            let known = case.llb_caps();
            for cap in words() {
                if !known.iter().any(|k| k.id == cap) {
                    return Err(format!("no capability of the solver is named {cap}"));
                }
                case.missing_llb_caps.insert(cap);
            }
        }
        "no-gateway-cap" => {
            let known = case.gateway_caps();
            for cap in words() {
                if !known.iter().any(|k| k.id == cap) {
                    return Err(format!("no capability of the gateway is named {cap}"));
                }
                case.missing_gateway_caps.insert(cap);
            }
        }
        "redirect" | "input-source" | "digest" => {
            let (from, to) = rest
                .split_once(' ')
                .ok_or_else(|| format!("{word} takes two words"))?;
            let map = match word {
                "redirect" => &mut case.redirects,
                "digest" => &mut case.digests,
                _ => &mut case.input_sources,
            };
            map.insert(from.to_owned(), to.trim().to_owned());
        }
        "own-policy" => case.own_policy = true,
        "slow" => {
            let millis = rest
                .strip_suffix("ms")
                .and_then(|n| n.parse().ok())
                .ok_or("a time is written as in 50ms")?;
            case.delay = Duration::from_millis(millis);
        }
        _ => return Err(format!("no such directive: {word}")),
    }
    Ok(())
}

/// `\n` and `\\` in an option's value.
fn unescape(value: &str) -> String {
    value
        .replace("\\\\", "\u{0}")
        .replace("\\n", "\n")
        .replace('\u{0}', "\\")
}

/// The flags in square brackets at the end of a section's title.
#[derive(Default)]
struct Flags {
    mode: Option<u32>,
    chomp: bool,
    crlf: bool,
    hex: bool,
    dir: bool,
    symlink: Option<String>,
    platforms: Vec<String>,
    modified: Option<i64>,
    size: usize,
}

fn flags(title: &str) -> Result<(&str, Flags), String> {
    let mut flags = Flags::default();
    let Some((title, list)) = title
        .strip_suffix(']')
        .and_then(|title| title.rsplit_once(" ["))
    else {
        return Ok((title, flags));
    };
    for word in list.split_whitespace() {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        match name {
            "mode" => {
                flags.mode = Some(u32::from_str_radix(value, 8).map_err(|err| err.to_string())?);
            }
            "chomp" => flags.chomp = true,
            "crlf" => flags.crlf = true,
            "hex" => flags.hex = true,
            "dir" => flags.dir = true,
            "symlink" => flags.symlink = Some(value.to_owned()),
            "platforms" => flags.platforms = value.split(',').map(str::to_owned).collect(),
            "modified" => flags.modified = Some(value.parse().map_err(|_| "modified=SECONDS")?),
            "size" => flags.size = value.parse().map_err(|_| "size=BYTES")?,
            _ => return Err(format!("no such flag: {name}")),
        }
    }
    Ok((title, flags))
}

fn add_section(case: &mut Case, title: &str, body: String) -> Result<(), String> {
    let (title, flags) = flags(title)?;
    let title = title.trim();
    if let Some(reference) = title.strip_prefix("image ") {
        let config = if body.trim().is_empty() {
            serde_json::json!({"config": {}})
        } else {
            serde_json::from_str(&body).map_err(|err| err.to_string())?
        };
        case.images
            .insert(reference.trim(), flags.platforms, config);
        return Ok(());
    }
    let entry = entry(&flags, body)?;
    if let Some(rest) = title.strip_prefix("input ") {
        let (name, path) = rest
            .split_once(" > ")
            .ok_or("an input is written: input NAME > PATH")?;
        case.inputs
            .entry(name.trim().to_owned())
            .or_default()
            .insert(path, entry);
    } else if title.contains("://") {
        let (identifier, path) = match title.split_once(" > ") {
            Some((identifier, path)) => (identifier.trim(), Some(path)),
            None => (title, None),
        };
        let remote = case.remotes.entry(identifier.to_owned()).or_default();
        remote.modified = remote.modified.or(flags.modified);
        match (path, entry) {
            (Some(path), entry) => remote.tree.insert(path, entry),
            (None, Entry::File { data, .. }) => remote.data = Some(data),
            (None, _) => return Err("an URL gives a file".to_owned()),
        }
    } else if let Some((local, path)) = title.split_once(':') {
        case.locals
            .entry(local.to_owned())
            .or_default()
            .insert(path, entry);
    } else {
        // `docker build .`: the Dockerfile's directory is the context.
        for local in ["dockerfile", "context"] {
            case.locals
                .entry(local.to_owned())
                .or_default()
                .insert(title, entry.clone());
        }
    }
    Ok(())
}

fn entry(flags: &Flags, mut body: String) -> Result<Entry, String> {
    if flags.dir {
        return Ok(Entry::Dir);
    }
    if let Some(target) = &flags.symlink {
        return Ok(Entry::Symlink(target.clone()));
    }
    if flags.chomp {
        while body.ends_with('\n') {
            body.pop();
        }
    }
    if flags.crlf {
        body = body.replace('\n', "\r\n");
    }
    let mut data = if flags.hex {
        let digits: Vec<u32> = body
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| c.to_digit(16).ok_or("not a hexadecimal digit"))
            .collect::<Result<_, _>>()?;
        if digits.len() % 2 == 1 {
            return Err("an odd number of hexadecimal digits".to_owned());
        }
        digits
            .chunks_exact(2)
            .map(|pair| (pair[0] * 16 + pair[1]) as u8)
            .collect()
    } else {
        body.into_bytes()
    };
    data.resize(data.len().max(flags.size), b'\n');
    Ok(Entry::File {
        data,
        mode: flags.mode.unwrap_or(0o644),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_read_whole() {
        let case = parse(
            "t",
            "# Asks this.\noption build-arg:A=1\\n2\nworker linux/arm64/v8\nno-cap source.git.checksum\n\n\
             -- Dockerfile --\nFROM x\n\n-- sub/f [mode=755 chomp] --\nf\n-- other:g [crlf] --\ng\n\
             -- git://h/r.git#main > d/e --\ne\n-- https://h/u [hex] --\n1f 8b\n-- image x --\n{\"config\":{}}\n",
        )
        .unwrap();
        assert_eq!(case.about, "Asks this.");
        assert_eq!(case.options["build-arg:A"], "1\n2");
        assert_eq!(case.workers, [[parse_platform("linux/arm64/v8")]]);
        assert_eq!(
            case.locals["context"].read("Dockerfile").unwrap(),
            b"FROM x\n\n"
        );
        assert_eq!(case.locals["dockerfile"].read("sub/f").unwrap(), b"f");
        assert_eq!(case.locals["other"].read("g").unwrap(), b"g\r\n");
        assert_eq!(
            case.remotes["git://h/r.git#main"].tree.read("d/e").unwrap(),
            b"e\n"
        );
        assert_eq!(case.remotes["https://h/u"].data, Some(vec![0x1f, 0x8b]));
        assert!(
            !case
                .llb_caps()
                .iter()
                .any(|c| c.id == "source.git.checksum")
        );
    }

    #[test]
    fn a_mistake_is_named_with_its_line() {
        let wrong = |text| parse("t", text).unwrap_err().to_string();
        assert_eq!(wrong("\nnonsense x\n"), "t:2: no such directive: nonsense");
        assert_eq!(wrong("-- a [x] --\n"), "t:1: no such flag: x");
        assert_eq!(
            wrong("no-cap nothing\n"),
            "t:1: no capability of the solver is named nothing"
        );
    }
}
