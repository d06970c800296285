//! The settings of a policy: what a file says of them, and what holds in a part of a build.

use crate::glob::Glob;
use crate::tier::Tier;
use crate::verdict::Severity;

/// What a policy or one of its profiles says. `None` is not said.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    /// `mode: warn`: refusals become warnings.
    pub warn_only: Option<bool>,
    /// In the order of [`Tier::ALL`].
    pub tiers: [Option<Severity>; 5],
    /// In the order of [`Check::ALL`].
    pub checks: [Option<Severity>; 6],
    pub digest: Option<DigestRule>,
    /// In days, of the image's creation.
    pub max_age: Option<u32>,
    /// How many days before its end of life a cycle is mentioned.
    pub notice: Option<u32>,
    /// `base.labels`: what an image must have, and must not have.
    pub require: Vec<LabelRule>,
    pub forbid: Vec<LabelRule>,
    /// In the order of [`Kind::ALL`].
    pub sources: [Option<SourceRule>; 7],
}

/// What `base:` can allow, warn about or deny.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    EndOfLife,
    UnlistedTag,
    Deprecated,
    FloatingTag,
    RootUser,
    Onbuild,
}

impl Check {
    pub const ALL: [Check; 6] = [
        Check::EndOfLife,
        Check::UnlistedTag,
        Check::Deprecated,
        Check::FloatingTag,
        Check::RootUser,
        Check::Onbuild,
    ];

    /// As policy files say it.
    pub const fn key(self) -> &'static str {
        match self {
            Check::EndOfLife => "end-of-life",
            Check::UnlistedTag => "unlisted-tag",
            Check::Deprecated => "deprecated",
            Check::FloatingTag => "floating-tag",
            Check::RootUser => "root-user",
            Check::Onbuild => "onbuild",
        }
    }
}

/// The kinds of sources that are no images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Git,
    Http,
    Scratch,
    OciLayout,
    Local,
    /// What is unpacked at the root of a stage on scratch.
    RootFileSystem,
    /// What earlier builds left for this one.
    CacheImport,
}

impl Kind {
    pub const ALL: [Kind; 7] = [
        Kind::Git,
        Kind::Http,
        Kind::Scratch,
        Kind::OciLayout,
        Kind::Local,
        Kind::RootFileSystem,
        Kind::CacheImport,
    ];

    /// As policy files say it.
    pub const fn key(self) -> &'static str {
        match self {
            Kind::Git => "git",
            Kind::Http => "http",
            Kind::Scratch => "scratch",
            Kind::OciLayout => "oci-layout",
            Kind::Local => "local",
            Kind::RootFileSystem => "root-file-system",
            Kind::CacheImport => "cache-import",
        }
    }

    /// May its content be held to a checksum?
    pub const fn has_checksum(self) -> bool {
        matches!(self, Kind::Git | Kind::Http)
    }
}

/// From the laxest to the strictest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DigestRule {
    /// Whatever the registry says today.
    Resolve,
    /// The reference or the lock says it.
    Require,
    /// The lock says it.
    Pin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SourceRule {
    Say(Severity),
    RequireChecksum,
}

impl SourceRule {
    /// From the laxest to the strictest.
    fn rank(self) -> u8 {
        match self {
            SourceRule::Say(Severity::Allow) => 0,
            SourceRule::Say(Severity::Warn) => 1,
            SourceRule::RequireChecksum => 2,
            SourceRule::Say(Severity::Deny) => 3,
        }
    }

    fn strictest(self, other: SourceRule) -> SourceRule {
        if other.rank() > self.rank() {
            other
        } else {
            self
        }
    }
}

/// `KEY`, or `KEY=GLOB`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LabelRule {
    pub key: String,
    /// The value that is meant; any when there is none.
    pub value: Option<Glob>,
    /// As written.
    pub text: String,
}

impl LabelRule {
    pub fn parse(text: &str) -> LabelRule {
        let (key, value) = match text.split_once('=') {
            Some((key, value)) => (key, Some(Glob::of_word(value))),
            None => (text, None),
        };
        LabelRule {
            key: key.to_owned(),
            value,
            text: text.to_owned(),
        }
    }

    /// Is a label with this value meant?
    pub fn matches(&self, value: &str) -> bool {
        self.value.as_ref().is_none_or(|glob| glob.matches(value))
    }
}

impl Settings {
    /// This, and where it is silent what the other says. Labels of both hold.
    #[must_use]
    pub fn or(mut self, other: Settings) -> Settings {
        fn each<T: Copy, const N: usize>(mine: &mut [Option<T>; N], other: [Option<T>; N]) {
            for (mine, other) in mine.iter_mut().zip(other) {
                *mine = mine.or(other);
            }
        }
        each(&mut self.tiers, other.tiers);
        each(&mut self.checks, other.checks);
        each(&mut self.sources, other.sources);
        self.warn_only = self.warn_only.or(other.warn_only);
        self.digest = self.digest.or(other.digest);
        self.max_age = self.max_age.or(other.max_age);
        self.notice = self.notice.or(other.notice);
        self.require.extend(other.require);
        self.forbid.extend(other.forbid);
        self
    }
}

/// The settings that apply where a policy's file sets none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gaps {
    /// Those of the built-in policy: this policy is the only one, or the organization's.
    BuiltIn,
    /// None: the policy stands beside an organization's.
    NoOpinion,
}

/// What holds: no gaps. Labels are kept apart, for those of all that applies hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Effective {
    pub warn_only: bool,
    pub tiers: [Severity; 5],
    pub checks: [Severity; 6],
    pub digest: DigestRule,
    pub max_age: Option<u32>,
    pub notice: Option<u32>,
    pub sources: [SourceRule; 7],
}

impl Effective {
    /// A policy's own settings, their gaps filled.
    pub fn of(settings: &Settings, gaps: Gaps) -> Effective {
        let advice = |severity| match gaps {
            Gaps::BuiltIn => severity,
            Gaps::NoOpinion => Severity::Allow,
        };
        let tier = |tier: Tier| match tier {
            Tier::Official | Tier::Internal => Severity::Allow,
            Tier::Verified | Tier::OpenSource => advice(Severity::Warn),
            Tier::Community => advice(Severity::Deny),
        };
        let check = |check: Check| match check {
            Check::EndOfLife | Check::Deprecated => advice(Severity::Warn),
            _ => Severity::Allow,
        };
        let mut own = Effective {
            warn_only: false,
            tiers: Tier::ALL.map(tier),
            checks: Check::ALL.map(check),
            digest: DigestRule::Resolve,
            max_age: None,
            notice: None,
            sources: [SourceRule::Say(Severity::Allow); 7],
        };
        own.overlay(settings);
        own
    }

    /// What the settings say takes the place of what was.
    fn overlay(&mut self, settings: &Settings) {
        fn each<T: Copy, const N: usize>(mine: &mut [T; N], said: &[Option<T>; N]) {
            for (mine, said) in mine.iter_mut().zip(said) {
                *mine = said.unwrap_or(*mine);
            }
        }
        each(&mut self.tiers, &settings.tiers);
        each(&mut self.checks, &settings.checks);
        each(&mut self.sources, &settings.sources);
        self.warn_only = settings.warn_only.unwrap_or(self.warn_only);
        self.digest = settings.digest.unwrap_or(self.digest);
        self.max_age = settings.max_age.or(self.max_age);
        self.notice = settings.notice.or(self.notice);
    }

    /// The stricter of what was and what the settings say.
    fn tighten(&mut self, settings: &Settings) {
        fn each<const N: usize>(mine: &mut [Severity; N], said: &[Option<Severity>; N]) {
            for (mine, said) in mine.iter_mut().zip(said) {
                *mine = said.map_or(*mine, |said| said.max(*mine));
            }
        }
        each(&mut self.tiers, &settings.tiers);
        each(&mut self.checks, &settings.checks);
        for (mine, said) in self.sources.iter_mut().zip(settings.sources) {
            *mine = said.map_or(*mine, |said| mine.strictest(said));
        }
        self.warn_only = self.warn_only && settings.warn_only != Some(false);
        self.digest = settings.digest.map_or(self.digest, |d| d.max(self.digest));
        self.max_age = [self.max_age, settings.max_age].into_iter().flatten().min();
        self.notice = self.notice.max(settings.notice);
    }

    /// What holds in a part of a build. Of the profiles `in_place` the strictest that says something of a setting
    /// takes the place of the policy's own word; those `beside` can only tighten.
    #[must_use]
    pub fn with(mut self, in_place: &[&Settings], beside: &[&Settings]) -> Effective {
        in_place.iter().for_each(|settings| self.overlay(settings));
        // The order among them is of no account: once more, so that the strictest stays.
        for settings in in_place.iter().chain(beside) {
            self.tighten(settings);
        }
        self
    }

    pub fn tier(&self, tier: Tier) -> Severity {
        let at = Tier::ALL.iter().position(|t| *t == tier);
        self.tiers[at.unwrap_or(Tier::ALL.len() - 1)]
    }

    pub fn check(&self, check: Check) -> Severity {
        self.checks[check as usize]
    }

    pub fn source(&self, kind: Kind) -> SourceRule {
        self.sources[kind as usize]
    }
}
