//! `# syntax=` and `BUILDKIT_SYNTAX`: the frontend that the build requests. A build is never forwarded to another one.

use fromtier_dockerfile::error::{Error, Origin, Result};
use fromtier_dockerfile::parser;
use fromtier_image::ImageRef;
use fromtier_policy::Code;

use crate::options::Opts;

/// Docker's own frontends, which have the same language as this one.
const EQUIVALENT: [&str; 2] = [
    "docker.io/docker/dockerfile",
    "docker.io/docker/dockerfile-upstream",
];

/// Refuses a build that requests a frontend which is neither this one nor Docker's own. If BuildKit itself chose this
/// one because of such a line (then there is a `cmdline` option), the line needs no check.
pub fn check(opts: &Opts, dockerfile: &[u8]) -> Result<()> {
    if opts.contains_key("cmdline") {
        return Ok(());
    }
    if let Some(asked) = opts.get("build-arg:BUILDKIT_SYNTAX") {
        return check_frontend(asked, opts);
    }
    match parser::detect_syntax(dockerfile) {
        Some(line) => check_frontend(&line.value, opts).map_err(|e| e.at(&line.location)),
        None => Ok(()),
    }
}

fn check_frontend(asked: &str, opts: &Opts) -> Result<()> {
    let asked = asked.split_whitespace().next().unwrap_or_default();
    let name = |text: &str| ImageRef::parse(text).ok().map(|r| r.name());
    let wanted = name(asked);
    let this = opts.get("source").and_then(|source| name(source));
    let known =
        |wanted: &String| EQUIVALENT.contains(&wanted.as_str()) || Some(wanted) == this.as_ref();
    if wanted.as_ref().is_some_and(known) {
        return Ok(());
    }
    Err(Error {
        origin: Origin::Fromtier(Code::OtherFrontend.as_str()),
        help: Some("remove the line, or use `docker/dockerfile:1` or this frontend's image".into()),
        ..Error::new(format!(
            "the build requests the frontend {asked}; this frontend doesn't forward builds to another one"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opts(pairs: &[(&str, &str)]) -> Opts {
        let pairs = pairs.iter();
        pairs.map(|(k, v)| (k.to_string(), v.to_string())).collect()
    }

    #[test]
    fn another_frontend_is_refused_at_its_line() {
        let error = check(&opts(&[]), b"# syntax=acme/other:1\nFROM a\n").unwrap_err();
        assert_eq!(error.code(), Some("FT002"));
        assert_eq!(error.locations[0][0].start.line, 1);
        let argument = opts(&[("build-arg:BUILDKIT_SYNTAX", "acme/other")]);
        assert!(check(&argument, b"FROM a\n").is_err());
    }

    #[test]
    fn docker_and_this_frontend_are_fine() {
        check(&opts(&[]), b"# syntax=docker/dockerfile:1\nFROM a\n").unwrap();
        let here = opts(&[("source", "registry.example.com/fromtier:2")]);
        check(&here, b"# syntax=registry.example.com/fromtier:1\nFROM a\n").unwrap();
        check(&opts(&[]), b"FROM a\n").unwrap();
    }

    #[test]
    fn a_line_that_buildkit_has_followed_is_not_checked_again() {
        let chosen = opts(&[("cmdline", "acme/fromtier"), ("source", "acme/fromtier")]);
        check(&chosen, b"# syntax=acme/other:1\nFROM a\n").unwrap();
    }
}
