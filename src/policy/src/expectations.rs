//! The verdicts that a policy is expected to give: `policy.test.yaml`. It is read as strictly as a policy.

use fromtier_image::ImageConfig;

use crate::code::Code;
use crate::request::Via;
use crate::verdict::Severity;
use crate::{Day, Place};

/// A checked file of expectations.
#[derive(Debug, Clone, Default)]
pub struct Expectations {
    /// The day on which all entries are judged, unless they set another.
    pub today: Option<Day>,
    /// The policy file, relative to this file; `None` is the file of the usual name.
    pub policy: Option<String>,
    /// The lock file, relative to this file; `None` is the file of the usual name.
    pub lock: Option<String>,
    /// The expectations, in the order of the file.
    pub entries: Vec<Expectation>,
}

/// A source, and the verdict that is expected for it.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// Where the source is written.
    pub place: Place,
    /// The source that is judged.
    pub subject: Subject,
    /// The day on which it is judged.
    pub today: Option<Day>,
    /// `linux/arm64`, as written.
    pub platform: Option<String>,
    /// The stage: `final` ships, and a stage with another name doesn't.
    pub stage: Option<String>,
    /// The Dockerfile's path.
    pub file: Option<String>,
    /// How an image comes into the build.
    pub via: Via,
    /// The image's config, as the registry would return it. Without it, no check that needs the config is made.
    pub config: Option<ImageConfig>,
    /// Why the entry is there, in words; `why` in the file.
    pub note: Option<String>,
    /// The verdict that is expected.
    pub expected: ExpectedVerdict,
}

/// The source of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// As in `FROM`; `scratch` is not an image.
    Image(String),
    /// A Git URL, and its checksum.
    Git(String, Option<String>),
    /// A URL, and its checksum.
    Http(String, Option<String>),
}

/// The verdict that an entry expects; `None` is not compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedVerdict {
    /// The severity of the verdict.
    pub verdict: Severity,
    /// The code of the refusal, or of a warning where the source passes.
    pub code: Option<Code>,
    /// The image that it is rewritten to.
    pub rewritten: Option<String>,
    /// The image to use instead.
    pub suggestion: Option<String>,
    /// The reference that is requested from the registry.
    pub pull: Option<String>,
}

impl Subject {
    /// Returns its key in an entry, and the text.
    pub fn key(&self) -> (&'static str, &str) {
        match self {
            Subject::Image(image) => ("image", image),
            Subject::Git(url, _) => ("git", url),
            Subject::Http(url, _) => ("http", url),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_expectations_is_read() {
        let text = "today: 2026-11-24\ntests:\n- {image: \"node:22-alpine\", expect: allow}\n\
                    - image: random-user/node-custom\n  why: the story\n  expect: deny\n  code: FT101\n  suggestion: node:22-alpine\n  platform: linux/arm64\n\
                    - {http: \"https://example.com/x\", checksum: \"sha256:ab\", expect: warn, today: 2027-01-01}\n";
        let read = Expectations::parse("t.yaml", text).unwrap();
        assert_eq!(read.today, Day::parse("2026-11-24"));
        assert_eq!(read.entries.len(), 3);
        assert_eq!(
            read.entries[0].subject,
            Subject::Image("node:22-alpine".into())
        );
        assert_eq!(read.entries[0].expected.verdict, Severity::Allow);
        assert_eq!(read.entries[1].place.to_string(), "t.yaml:4");
        assert_eq!(read.entries[1].expected.code, Some(Code::CommunityImage));
        assert_eq!(read.entries[1].platform.as_deref(), Some("linux/arm64"));
        assert_eq!(
            read.entries[2].subject,
            Subject::Http("https://example.com/x".into(), Some("sha256:ab".into()))
        );
    }

    #[test]
    fn an_entry_can_have_the_config_that_the_registry_returns() {
        let text = "tests:\n- {image: node, via: copy, expect: deny, config: {user: node, created: 2026-10-01, labels: [a=b=c, d], onbuild: [RUN x]}}\n\
                    - {image: node, expect: allow, config: {created: soon, user: 7}}\n";
        let errors = Expectations::parse("t", text).unwrap_err();
        assert_eq!(errors.len(), 1, "{errors:#?}");
        assert!(
            errors[0]
                .to_string()
                .starts_with("t:3:50: `soon` is not a valid date"),
            "{}",
            errors[0]
        );
        let read = Expectations::parse(
            "t",
            text.lines().take(2).collect::<Vec<_>>().join("\n").as_str(),
        )
        .unwrap();
        let entry = &read.entries[0];
        assert_eq!(entry.via, Via::CopyFrom);
        let config = entry.config.clone().unwrap();
        assert_eq!(config.created.as_deref(), Some("2026-10-01T00:00:00Z"));
        assert_eq!(config.config.user, "node");
        assert_eq!(config.config.on_build.unwrap(), ["RUN x"]);
        let labels = config.config.labels.unwrap();
        assert_eq!((labels["a"].as_str(), labels["d"].as_str()), ("b=c", ""));
    }

    #[test]
    fn every_error_is_reported_with_its_place() {
        let text = "tests:\n- {image: node, expect: refuse}\n- {expect: allow}\n- {image: a, git: b, expect: allow}\n\
                    - {image: node, expect: deny, code: FT999, sugestion: x, platform: a/b/c/d}\n- {image: node}\n";
        let errors: Vec<String> = Expectations::parse("t", text)
            .unwrap_err()
            .iter()
            .map(ToString::to_string)
            .collect();
        let starts = [
            "t:2:25: expected one of deny, warn, allow, found `refuse`",
            "t:3:3: expected exactly one of `image`, `git`, and `http`",
            "t:4:3: expected exactly one of",
            "t:5:37: `FT999` is not a code",
            "t:5:44: unknown key `sugestion` (did you mean `suggestion`?)",
            "t:5:68: `a/b/c/d` is not a valid platform",
            "t:6:3: `expect` is missing",
        ];
        assert_eq!(errors.len(), starts.len(), "{errors:#?}");
        for (error, start) in errors.iter().zip(starts) {
            assert!(error.starts_with(start), "{error}");
        }
        assert!(Expectations::parse("t", "").is_err());
        assert!(Expectations::parse("t", "tests: []").is_err());
    }
}
