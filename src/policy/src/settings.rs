//! The settings of a policy: those that a file sets, and those that apply in a part of a build.

use crate::code::Code;
use crate::glob::Glob;
use crate::per_variant::per_variant;
use crate::tier::{PerTier, Tier};
use crate::verdict::Severity;

/// The settings of a policy or of one of its profiles. `None` means not set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    /// `mode: warn`: refusals become warnings.
    pub warn_only: Option<bool>,
    pub tiers: PerTier<Option<Severity>>,
    pub checks: PerCheck<Option<Severity>>,
    pub digest: Option<DigestRule>,
    /// The greatest age of an image, in days since its creation.
    pub max_age: Option<u32>,
    /// How many days before its end of life a release is reported.
    pub notice: Option<u32>,
    /// Labels that an image must have.
    pub require: Vec<LabelRule>,
    /// Labels that an image must not have.
    pub forbid: Vec<LabelRule>,
    pub sources: PerSourceKind<Option<SourceRule>>,
    pub traps: PerTrap<Option<Severity>>,
}

/// The checks that `base:` can allow, warn about, or deny.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// A release that reached its end of life.
    EndOfLife,
    /// A tag of an official image that is not rebuilt.
    UnlistedTag,
    /// An official image that is no longer maintained.
    Deprecated,
    /// A tag without a version.
    FloatingTag,
    /// An image that runs as root.
    RootUser,
    /// An image with ONBUILD triggers.
    Onbuild,
    /// A finished image that runs as root.
    FinalUser,
    /// An image without a creation date, if there is a greatest age.
    Undated,
}

impl Check {
    pub(crate) const ALL: &[Check] = &[
        Check::EndOfLife,
        Check::UnlistedTag,
        Check::Deprecated,
        Check::FloatingTag,
        Check::RootUser,
        Check::Onbuild,
        Check::FinalUser,
        Check::Undated,
    ];

    /// The key of the check under `base:`.
    pub const fn key(self) -> &'static str {
        match self {
            Check::EndOfLife => "end-of-life",
            Check::UnlistedTag => "unlisted-tag",
            Check::Deprecated => "deprecated",
            Check::FloatingTag => "floating-tag",
            Check::RootUser => "root-user",
            Check::Onbuild => "onbuild",
            Check::FinalUser => "final-user",
            Check::Undated => "undated",
        }
    }
}

/// The kinds of sources that are not images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// A Git repository.
    Git,
    /// A download by URL.
    Http,
    /// `FROM scratch`.
    Scratch,
    /// An image in an OCI layout.
    OciLayout,
    /// A local directory.
    Local,
    /// An archive that is unpacked at the root of a stage on scratch.
    RootFileSystem,
    /// Cache that a build imports.
    CacheImport,
}

impl SourceKind {
    pub(crate) const ALL: &[SourceKind] = &[
        SourceKind::Git,
        SourceKind::Http,
        SourceKind::Scratch,
        SourceKind::OciLayout,
        SourceKind::Local,
        SourceKind::RootFileSystem,
        SourceKind::CacheImport,
    ];

    /// The key of the kind under `sources:`.
    pub const fn key(self) -> &'static str {
        match self {
            SourceKind::Git => "git",
            SourceKind::Http => "http",
            SourceKind::Scratch => "scratch",
            SourceKind::OciLayout => "oci-layout",
            SourceKind::Local => "local",
            SourceKind::RootFileSystem => "root-file-system",
            SourceKind::CacheImport => "cache-import",
        }
    }

    /// Whether its content can be checked against a checksum.
    pub const fn has_checksum(self) -> bool {
        matches!(self, SourceKind::Git | SourceKind::Http)
    }
}

/// Texts of a Dockerfile that BuildKit silently reads in another way than they look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trap {
    /// A blank after `<<-`, so that it begins no heredoc.
    HeredocBlank,
    /// A default for an argument that BuildKit sets itself.
    PlatformArgument,
    /// A `--platform` of a `FROM` that names a stage.
    StagePlatform,
    /// An array that is not valid JSON.
    JsonArray,
    /// An `# escape=` directive after another line.
    LateEscape,
}

impl Trap {
    pub(crate) const ALL: &[Trap] = &[
        Trap::HeredocBlank,
        Trap::PlatformArgument,
        Trap::StagePlatform,
        Trap::JsonArray,
        Trap::LateEscape,
    ];

    /// The key of the trap under `dockerfile:`.
    pub const fn key(self) -> &'static str {
        match self {
            Trap::HeredocBlank => "heredoc-blank",
            Trap::PlatformArgument => "platform-argument",
            Trap::StagePlatform => "stage-platform",
            Trap::JsonArray => "json-array",
            Trap::LateEscape => "late-escape",
        }
    }

    /// The code of its findings.
    pub const fn code(self) -> Code {
        match self {
            Trap::HeredocBlank => Code::HeredocBlank,
            Trap::PlatformArgument => Code::PlatformArgument,
            Trap::StagePlatform => Code::StagePlatform,
            Trap::JsonArray => Code::JsonArray,
            Trap::LateEscape => Code::LateEscape,
        }
    }
}

per_variant! {
    /// One value for each check.
    struct PerCheck of Check {
        end_of_life: EndOfLife,
        unlisted_tag: UnlistedTag,
        deprecated: Deprecated,
        floating_tag: FloatingTag,
        root_user: RootUser,
        onbuild: Onbuild,
        final_user: FinalUser,
        undated: Undated,
    }
}

per_variant! {
    /// One value for each kind of source that is not an image.
    struct PerSourceKind of SourceKind {
        git: Git,
        http: Http,
        scratch: Scratch,
        oci_layout: OciLayout,
        local: Local,
        root_file_system: RootFileSystem,
        cache_import: CacheImport,
    }
}

per_variant! {
    /// One value for each trap.
    struct PerTrap of Trap {
        heredoc_blank: HeredocBlank,
        platform_argument: PlatformArgument,
        stage_platform: StagePlatform,
        json_array: JsonArray,
        late_escape: LateEscape,
    }
}

/// A rule for digests. Ordered from the laxest to the strictest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DigestRule {
    /// Any digest is allowed: the registry's answer is used.
    Resolve,
    /// The reference or the lock file must have the digest.
    Require,
    /// The lock file must have the digest.
    Pin,
}

/// A rule for a kind of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SourceRule {
    Action(Severity),
    RequireChecksum,
}

impl SourceRule {
    /// Returns the position from the laxest rule to the strictest.
    fn rank(self) -> u8 {
        match self {
            SourceRule::Action(Severity::Allow) => 0,
            SourceRule::Action(Severity::Warn) => 1,
            SourceRule::RequireChecksum => 2,
            SourceRule::Action(Severity::Deny) => 3,
        }
    }

    pub fn strictest(self, other: SourceRule) -> SourceRule {
        if other.rank() > self.rank() {
            other
        } else {
            self
        }
    }
}

/// A label that is required or forbidden: `KEY`, or `KEY=GLOB`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LabelRule {
    pub key: String,
    /// The value; `None` matches any.
    pub value: Option<Glob>,
    /// The rule as written.
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

    /// Whether the rule matches a label with this value.
    pub fn matches(&self, value: &str) -> bool {
        self.value.as_ref().is_none_or(|glob| glob.matches(value))
    }
}

impl Settings {
    /// Takes what is not set here from `fallback`. Labels of both apply.
    #[must_use]
    pub fn with_fallback(mut self, fallback: Settings) -> Settings {
        self.tiers = self.tiers.combine(fallback.tiers, Option::or);
        self.checks = self.checks.combine(fallback.checks, Option::or);
        self.sources = self.sources.combine(fallback.sources, Option::or);
        self.traps = self.traps.combine(fallback.traps, Option::or);
        self.warn_only = self.warn_only.or(fallback.warn_only);
        self.digest = self.digest.or(fallback.digest);
        self.max_age = self.max_age.or(fallback.max_age);
        self.notice = self.notice.or(fallback.notice);
        self.require.extend(fallback.require);
        self.forbid.extend(fallback.forbid);
        self
    }
}

/// The settings that apply where a policy's file sets none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gaps {
    /// Those of the built-in policy: this policy is the only one, or the organization's.
    BuiltIn,
    /// None: the policy applies next to an organization's.
    NoOpinion,
}

/// The settings that apply, without gaps. Labels are kept apart: those of the policy and of all its profiles apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EffectiveSettings {
    pub warn_only: bool,
    pub tiers: PerTier<Severity>,
    pub checks: PerCheck<Severity>,
    pub digest: DigestRule,
    pub max_age: Option<u32>,
    pub notice: Option<u32>,
    pub sources: PerSourceKind<SourceRule>,
    pub traps: PerTrap<Severity>,
}

impl EffectiveSettings {
    /// Returns a policy's own settings with their gaps filled.
    pub fn new(settings: &Settings, gaps: Gaps) -> EffectiveSettings {
        let built_in = |severity| match gaps {
            Gaps::BuiltIn => severity,
            Gaps::NoOpinion => Severity::Allow,
        };
        let tier = |tier: Tier| match tier {
            Tier::Official | Tier::Internal => Severity::Allow,
            Tier::Verified | Tier::OpenSource => built_in(Severity::Warn),
            Tier::Community => built_in(Severity::Deny),
        };
        let check = |check: Check| match check {
            Check::EndOfLife | Check::Deprecated => built_in(Severity::Warn),
            Check::UnlistedTag
            | Check::FloatingTag
            | Check::RootUser
            | Check::FinalUser
            | Check::Onbuild => Severity::Allow,
            // It counts only where a policy sets a greatest age, and what has no date might be older.
            Check::Undated => Severity::Deny,
        };
        let mut effective = EffectiveSettings {
            warn_only: false,
            tiers: PerTier::from_fn(tier),
            checks: PerCheck::from_fn(check),
            digest: DigestRule::Resolve,
            max_age: None,
            notice: None,
            sources: PerSourceKind::from_fn(|_| SourceRule::Action(Severity::Allow)),
            traps: PerTrap::from_fn(|_| built_in(Severity::Warn)),
        };
        effective.overlay(settings);
        effective
    }

    /// Replaces every value that the settings set.
    fn overlay(&mut self, settings: &Settings) {
        let severity = |current, set: Option<Severity>| set.unwrap_or(current);
        self.tiers = self.tiers.combine(settings.tiers, severity);
        self.checks = self.checks.combine(settings.checks, severity);
        self.traps = self.traps.combine(settings.traps, severity);
        self.sources =
            (self.sources).combine(settings.sources, |current, set| set.unwrap_or(current));
        self.warn_only = settings.warn_only.unwrap_or(self.warn_only);
        self.digest = settings.digest.unwrap_or(self.digest);
        self.max_age = settings.max_age.or(self.max_age);
        self.notice = settings.notice.or(self.notice);
    }

    /// Replaces every value for which the settings set a stricter one.
    fn tighten(&mut self, settings: &Settings) {
        let severity =
            |current: Severity, set: Option<Severity>| current.max(set.unwrap_or(current));
        self.tiers = self.tiers.combine(settings.tiers, severity);
        self.checks = self.checks.combine(settings.checks, severity);
        self.traps = self.traps.combine(settings.traps, severity);
        self.sources = (self.sources).combine(settings.sources, |current, set| {
            set.map_or(current, |set| current.strictest(set))
        });
        self.warn_only = self.warn_only && settings.warn_only != Some(false);
        self.digest = settings
            .digest
            .map_or(self.digest, |set| set.max(self.digest));
        self.max_age = [self.max_age, settings.max_age].into_iter().flatten().min();
        self.notice = self.notice.max(settings.notice);
    }

    /// Returns the settings that apply in a part of a build. The profiles in `overriding` certainly apply: for each
    /// setting, the strictest of their values replaces the policy's own. The profiles in `tightening` can only tighten.
    #[must_use]
    pub fn with_profiles(
        mut self,
        overriding: &[&Settings],
        tightening: &[&Settings],
    ) -> EffectiveSettings {
        for settings in overriding {
            self.overlay(settings);
        }
        // The last profile isn't always the strictest. Tightening with all of them makes their order irrelevant.
        for settings in overriding.iter().chain(tightening) {
            self.tighten(settings);
        }
        self
    }
}
