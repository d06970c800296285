//! `# syntax=` and `BUILDKIT_SYNTAX`: the frontend that the build requests. A build is never forwarded to another one.

use fromtier_dockerfile::error::{Error, Origin, Result};
use fromtier_dockerfile::parser;
use fromtier_policy::gate::{FrontendRequest, RequestedBy};
use fromtier_policy::{Gate, Scope, Severity};

use crate::options::Opts;
use crate::warnings::Notice;

/// Refuses a build that requests a frontend which is neither this one nor Docker's own, or returns a warning if the policy
/// only warns. If BuildKit itself chose this one because of such a line (then there is a `cmdline` option), the line needs
/// no check.
pub fn check(opts: &Opts, gate: &Gate, dockerfile: &[u8]) -> Result<Option<Notice>> {
    if opts.contains_key("cmdline") {
        return Ok(None);
    }
    let argument = opts.get("build-arg:BUILDKIT_SYNTAX").map(String::as_str);
    let Some(requested) = parser::requested_frontend(argument, dockerfile) else {
        return Ok(None);
    };
    let request = FrontendRequest {
        reference: &requested.value,
        by: match argument {
            Some(_) => RequestedBy::Argument,
            None => RequestedBy::Line,
        },
        this: opts.get("source").map(String::as_str),
    };
    match gate.other_frontend(&request, &Scope::UNKNOWN) {
        None => Ok(None),
        Some(finding) if finding.severity < Severity::Deny => {
            Ok(Some(Notice::new(&finding, requested.location)))
        }
        Some(finding) => {
            let error = Error {
                origin: Origin::Fromtier(finding.code.as_str()),
                help: finding.help.map(String::into_boxed_str),
                ..Error::new(finding.message)
            };
            Err(match argument {
                Some(_) => error,
                None => error.at(&requested.location),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Gate, Notice, Opts, Result};

    fn check(opts: &Opts, dockerfile: &[u8]) -> Result<Option<Notice>> {
        let gate = Gate::new(None, None, None, fromtier_policy::Day::from_unix_seconds(0));
        super::check(opts, &gate, dockerfile)
    }

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
