//! The `--flags` of an instruction.

use fromtier_gostd::strings::to_lower;

use self::Kind::{Bool, Text, Texts};
use crate::error::{Error, Result};
use crate::suggest;

/// The kind of value that a flag takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `--flag`, `--flag=true`, `--flag=false`.
    Bool,
    /// `--flag=value`, once.
    Text,
    /// `--flag=value`, any number of times.
    Texts,
}

/// A flag that an instruction knows.
pub(super) type Known = (&'static str, Kind);

/// The flags that were given.
#[derive(Debug, Default)]
pub(super) struct Flags {
    given: Vec<Given>,
}

#[derive(Debug)]
struct Given {
    name: &'static str,
    /// `true` or `false` for a [`Kind::Bool`].
    value: String,
    /// Its place among the node's flags.
    index: usize,
}

impl Flags {
    /// Reads the flags of an instruction that knows `known`.
    pub fn parse(args: &[String], known: &[Known]) -> Result<Flags> {
        let mut flags = Flags::default();
        for (index, arg) in args.iter().enumerate() {
            if arg == "--" {
                break;
            }
            if !arg.starts_with("--") {
                return Err(Error::new(format!("arg should start with -- : {arg}")));
            }
            let (flag, value) = match arg.split_once('=') {
                Some((flag, value)) => (flag, Some(value)),
                None => (arg.as_str(), None),
            };
            let Some(&(name, kind)) = known.iter().find(|(name, _)| *name == &flag[2..]) else {
                return Err(unknown(flag, known));
            };
            if kind != Texts && flags.is_given(name) {
                return Err(Error::new(format!("duplicate flag specified: {flag}")));
            }
            let value = match (kind, value) {
                (Text | Texts, Some(value)) => value.to_owned(),
                (Bool, None) => "true".to_owned(),
                (Text | Texts, None) | (Bool, Some("")) => {
                    return Err(Error::new(format!("missing a value on flag: {flag}")));
                }
                (Bool, Some(value)) => match to_lower(value) {
                    lower if lower == "true" || lower == "false" => lower,
                    _ => {
                        return Err(Error::new(format!(
                            "expecting boolean value for flag {flag}, not: {value}"
                        )));
                    }
                },
            };
            flags.given.push(Given { name, value, index });
        }
        Ok(flags)
    }

    fn is_given(&self, name: &str) -> bool {
        self.given.iter().any(|given| given.name == name)
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Given> {
        self.given.iter().filter(move |given| given.name == name)
    }

    /// The value of a flag, if it was given.
    pub fn text(&self, name: &str) -> Option<String> {
        self.all(name).next().map(|given| given.value.clone())
    }

    /// Returns the values of a flag that can be repeated.
    pub fn texts(&self, name: &str) -> Vec<String> {
        self.all(name).map(|given| given.value.clone()).collect()
    }

    /// Whether a flag was set, if it was given.
    pub fn bool(&self, name: &str) -> Option<bool> {
        self.all(name).next().map(|given| given.value == "true")
    }

    /// The places of a flag among the node's flags.
    pub fn places(&self, name: &str) -> Vec<usize> {
        self.all(name).map(|given| given.index).collect()
    }

    /// The names that were given, each once.
    pub fn used(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for given in &self.given {
            if !names.iter().any(|name| name == given.name) {
                names.push(given.name.to_owned());
            }
        }
        names
    }
}

fn unknown(flag: &str, known: &[Known]) -> Error {
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    let error = Error::new(format!("unknown flag: {flag}"));
    suggest::with_suggestion(error, &flag[2..], &names, suggest::Case::Sensitive)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[Known] = &[("from", Text), ("link", Bool), ("exclude", Texts)];

    fn parse(args: &[&str]) -> Result<Flags> {
        let args: Vec<String> = args.iter().map(ToString::to_string).collect();
        Flags::parse(&args, KNOWN)
    }

    fn error(args: &[&str]) -> String {
        parse(args).unwrap_err().message
    }

    #[test]
    fn values_are_kept_as_given() {
        let flags = parse(&["--exclude=a", "--from=b=c", "--exclude=", "--link=FALSE"]).unwrap();
        assert_eq!(flags.texts("exclude"), ["a", ""]);
        assert_eq!(flags.text("from").as_deref(), Some("b=c"));
        assert_eq!(flags.bool("link"), Some(false));
        assert_eq!(flags.places("exclude"), [0, 2]);
        assert_eq!(flags.used(), ["exclude", "from", "link"]);
        assert_eq!(parse(&["--link"]).unwrap().bool("link"), Some(true));
        assert_eq!(parse(&[]).unwrap().bool("link"), None);
    }

    #[test]
    fn mistakes_are_named_as_the_reference_names_them() {
        assert_eq!(
            error(&["--form=x"]),
            "unknown flag: --form (did you mean from?)"
        );
        assert_eq!(error(&["--platform=x"]), "unknown flag: --platform");
        assert_eq!(
            error(&["--link", "--link"]),
            "duplicate flag specified: --link"
        );
        assert_eq!(error(&["--from"]), "missing a value on flag: --from");
        assert_eq!(error(&["--exclude"]), "missing a value on flag: --exclude");
        assert_eq!(error(&["--link="]), "missing a value on flag: --link");
        assert_eq!(
            error(&["--link=1"]),
            "expecting boolean value for flag --link, not: 1"
        );
        assert_eq!(error(&["-x"]), "arg should start with -- : -x");
    }
}
