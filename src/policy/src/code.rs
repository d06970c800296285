//! The codes of all findings, such as `FT101`. Each has a page in `docs/rules`.

use std::fmt;
use std::str::FromStr;

use crate::severity::Severity;

/// The address of the folder with the codes' pages, which the publisher of a build sets when it is compiled:
/// `FROMTIER_RULE_PAGES=https://git.example.com/fromtier/blob/v1.2.3/docs/rules`.
const PAGES: Option<&str> = option_env!("FROMTIER_RULE_PAGES");

// A wrong address would be in every message, so it stops the compiler.
const _: () = assert!(
    match PAGES {
        None => true,
        Some(address) => is_folder_address(address),
    },
    "FROMTIER_RULE_PAGES must begin with https:// and must not end with a slash"
);

/// Whether an address begins with `https://` and a host, and doesn't end with a slash.
const fn is_folder_address(address: &str) -> bool {
    match address.as_bytes() {
        [
            b'h',
            b't',
            b't',
            b'p',
            b's',
            b':',
            b'/',
            b'/',
            host,
            ..,
            last,
        ] => *host != b'/' && *last != b'/',
        _ => false,
    }
}

/// Declares [`Code`] from one table: each variant with its text and its title.
macro_rules! codes {
    ($($variant:ident = $text:literal, $title:literal;)+) => {
        /// The code of a finding. Displays as its text: `FT101`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = concat!("`", $text, "`: ", $title, ".")] $variant,)+
        }

        impl Code {
            /// All codes, in the order of their numbers.
            pub const ALL: &[Code] = &[$(Code::$variant,)+];

            /// Returns the code as users see it: `FT101`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Code::$variant => $text,)+
                }
            }

            /// Returns the subject of the code, as a title: `Community image`.
            pub const fn title(self) -> &'static str {
                match self {
                    $(Code::$variant => $title,)+
                }
            }
        }
    };
}

codes! {
    InvalidPolicy = "FT001", "Broken policy or lock file";
    OtherFrontend = "FT002", "Another frontend";
    InvalidReference = "FT100", "Not an image reference";
    CommunityImage = "FT101", "Community image";
    VerifiedPublisherImage = "FT102", "Verified publisher's image";
    OpenSourceImage = "FT103", "Sponsored open-source image";
    OfficialImage = "FT104", "Official image";
    InternalImage = "FT105", "Internal image";
    ImageNamedByPolicy = "FT106", "Image named by the policy";
    UnknownOfficialName = "FT107", "Unknown official name";
    RetiredOfficialImage = "FT108", "No longer an official image";
    LookAlike = "FT109", "Look-alike";
    TagNotAllowed = "FT110", "Tag not allowed";
    VariantNotAllowed = "FT111", "Variant not allowed";
    RegistryNotAllowed = "FT113", "Registry not allowed";
    DigestRequired = "FT120", "Digest required";
    NotLocked = "FT121", "Not in the lock file";
    DigestNotAsLocked = "FT122", "Digest disagrees with the lock file";
    UnexpectedDigest = "FT123", "Unexpected digest";
    ReplacedByBuilder = "FT124", "Replaced by the builder";
    NoDigest = "FT125", "No digest";
    LockedDigestUnavailable = "FT126", "Locked digest unavailable";
    FinalUser = "FT127", "Ships as root";
    NoDate = "FT128", "No creation date";
    DeprecatedImage = "FT130", "Deprecated image";
    EndOfLife = "FT131", "End of life";
    UnlistedTag = "FT132", "Unlisted tag";
    FloatingTag = "FT133", "Floating tag";
    TooOld = "FT134", "Too old";
    EndOfLifeNear = "FT135", "End of life is near";
    RootUser = "FT136", "Root user";
    OnbuildTriggers = "FT137", "ONBUILD triggers";
    LabelMissing = "FT138", "Label missing";
    LabelNotAllowed = "FT139", "Label not allowed";
    GitRepository = "FT140", "Git repository";
    HttpDownload = "FT141", "Download by URL";
    Scratch = "FT142", "Scratch";
    OciLayout = "FT143", "OCI layout";
    LocalDirectory = "FT144", "Local directory";
    UnknownSource = "FT145", "Unknown kind of source";
    RootFileSystem = "FT146", "Root file system";
    ImportedCache = "FT147", "Imported cache";
    ExceptionInUse = "FT150", "Exception in use";
    Rewritten = "FT160", "Rewritten";
    RewriteFailed = "FT161", "Rewriting failed";
    MirrorFailed = "FT162", "Mirror failed";
    HeredocBlank = "FT201", "Not a heredoc";
    PlatformArgument = "FT202", "Platform argument with a default";
    StagePlatform = "FT203", "Platform without effect";
    JsonArray = "FT204", "Not a JSON array";
    LateEscape = "FT205", "Escape directive without effect";
}

/// How the severity of a code's findings is decided. In either case, `mode: warn` turns refusals by a policy's rules into
/// warnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeverityRule {
    /// A setting of the policy: `allow`, `warn`, or `deny`.
    Configurable,
    /// Every finding has this severity. A policy can only turn the rule on or off.
    Fixed(Severity),
}

impl Code {
    /// Returns how the severity of its findings is decided.
    pub const fn severity_rule(self) -> SeverityRule {
        use Code::*;
        match self {
            CommunityImage
            | VerifiedPublisherImage
            | OpenSourceImage
            | OfficialImage
            | InternalImage
            | ImageNamedByPolicy
            | UnknownOfficialName
            | RetiredOfficialImage
            | LookAlike
            | DeprecatedImage
            | EndOfLife
            | UnlistedTag
            | FloatingTag
            | NoDate
            | FinalUser
            | RootUser
            | OnbuildTriggers
            | GitRepository
            | HttpDownload
            | Scratch
            | OciLayout
            | LocalDirectory
            | RootFileSystem
            | ImportedCache
            | HeredocBlank
            | PlatformArgument
            | StagePlatform
            | JsonArray
            | LateEscape => SeverityRule::Configurable,
            InvalidPolicy
            | OtherFrontend
            | InvalidReference
            | TagNotAllowed
            | VariantNotAllowed
            | RegistryNotAllowed
            | DigestRequired
            | NotLocked
            | DigestNotAsLocked
            | UnexpectedDigest
            | ReplacedByBuilder
            | NoDigest
            | LockedDigestUnavailable
            | TooOld
            | LabelMissing
            | LabelNotAllowed
            | UnknownSource
            | RewriteFailed => SeverityRule::Fixed(Severity::Deny),
            EndOfLifeNear | ExceptionInUse | MirrorFailed => SeverityRule::Fixed(Severity::Warn),
            Rewritten => SeverityRule::Fixed(Severity::Allow),
        }
    }

    /// Returns the file name of its page in `docs/rules`: `FT101.md`.
    pub fn page(self) -> String {
        format!("{self}.md")
    }

    /// Returns the address of its page on the web, if there is one.
    pub fn url(self) -> Option<String> {
        PAGES.map(|folder| self.url_below(folder))
    }

    /// Returns the address of the code's page in a folder.
    fn url_below(self, folder: &str) -> String {
        format!("{folder}/{}", self.page())
    }

    /// Whether an exception of a policy can lift a refusal with this code.
    pub const fn is_liftable(self) -> bool {
        use Code::*;
        match self {
            CommunityImage
            | VerifiedPublisherImage
            | OpenSourceImage
            | OfficialImage
            | InternalImage
            | ImageNamedByPolicy
            | UnknownOfficialName
            | RetiredOfficialImage
            | LookAlike
            | TagNotAllowed
            | VariantNotAllowed
            | RegistryNotAllowed
            | DigestRequired
            | NotLocked
            | DeprecatedImage
            | EndOfLife
            | UnlistedTag
            | FloatingTag
            | TooOld
            | NoDate
            | RootUser
            | OnbuildTriggers
            | LabelMissing
            | LabelNotAllowed => true,
            // Digests that disagree, and answers that differ from what was requested.
            InvalidReference
            | DigestNotAsLocked
            | UnexpectedDigest
            | ReplacedByBuilder
            | NoDigest
            | LockedDigestUnavailable => false,
            // Broken files, what isn't an image that the build takes, findings that never refuse, rewriting, and texts.
            InvalidPolicy | OtherFrontend | FinalUser | EndOfLifeNear | GitRepository
            | HttpDownload | Scratch | OciLayout | LocalDirectory | UnknownSource
            | RootFileSystem | ImportedCache | ExceptionInUse | Rewritten | RewriteFailed
            | MirrorFailed | HeredocBlank | PlatformArgument | StagePlatform | JsonArray
            | LateEscape => false,
        }
    }

    /// Whether it reports that an image or a tag is outdated, or soon will be. No suggested image has such a finding.
    pub const fn is_outdated(self) -> bool {
        use Code::*;
        match self {
            RetiredOfficialImage | DeprecatedImage | EndOfLife | UnlistedTag | FloatingTag
            | EndOfLifeNear => true,
            InvalidPolicy
            | OtherFrontend
            | InvalidReference
            | CommunityImage
            | VerifiedPublisherImage
            | OpenSourceImage
            | OfficialImage
            | InternalImage
            | ImageNamedByPolicy
            | UnknownOfficialName
            | LookAlike
            | TagNotAllowed
            | VariantNotAllowed
            | RegistryNotAllowed
            | DigestRequired
            | NotLocked
            | DigestNotAsLocked
            | UnexpectedDigest
            | ReplacedByBuilder
            | NoDigest
            | LockedDigestUnavailable
            | TooOld
            | NoDate
            | FinalUser
            | RootUser
            | OnbuildTriggers
            | LabelMissing
            | LabelNotAllowed
            | GitRepository
            | HttpDownload
            | Scratch
            | OciLayout
            | LocalDirectory
            | UnknownSource
            | RootFileSystem
            | ImportedCache
            | ExceptionInUse
            | Rewritten
            | RewriteFailed
            | MirrorFailed
            | HeredocBlank
            | PlatformArgument
            | StagePlatform
            | JsonArray
            | LateEscape => false,
        }
    }

    /// Whether a new line in the lock file resolves the finding. It doesn't stop `fromtier lock`, which writes that line.
    pub const fn settled_by_lock(self) -> bool {
        matches!(self, Code::DigestNotAsLocked) || self.is_digest_missing()
    }

    /// Whether it reports that an image has no digest yet. It rules out no suggestion, because a digest or a line in the
    /// lock file can be added for any image.
    pub const fn is_digest_missing(self) -> bool {
        use Code::*;
        match self {
            DigestRequired | NotLocked => true,
            InvalidPolicy
            | OtherFrontend
            | InvalidReference
            | CommunityImage
            | VerifiedPublisherImage
            | OpenSourceImage
            | OfficialImage
            | InternalImage
            | ImageNamedByPolicy
            | UnknownOfficialName
            | RetiredOfficialImage
            | LookAlike
            | TagNotAllowed
            | VariantNotAllowed
            | RegistryNotAllowed
            | DigestNotAsLocked
            | UnexpectedDigest
            | ReplacedByBuilder
            | NoDigest
            | LockedDigestUnavailable
            | DeprecatedImage
            | EndOfLife
            | UnlistedTag
            | FloatingTag
            | TooOld
            | NoDate
            | FinalUser
            | EndOfLifeNear
            | RootUser
            | OnbuildTriggers
            | LabelMissing
            | LabelNotAllowed
            | GitRepository
            | HttpDownload
            | Scratch
            | OciLayout
            | LocalDirectory
            | UnknownSource
            | RootFileSystem
            | ImportedCache
            | ExceptionInUse
            | Rewritten
            | RewriteFailed
            | MirrorFailed
            | HeredocBlank
            | PlatformArgument
            | StagePlatform
            | JsonArray
            | LateEscape => false,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The error for a text that isn't a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a Fromtier code")]
pub struct UnknownCode;

impl FromStr for Code {
    type Err = UnknownCode;

    /// Parses `FT101`, in upper case.
    fn from_str(text: &str) -> Result<Code, UnknownCode> {
        let mut codes = Code::ALL.iter().copied();
        codes.find(|code| code.as_str() == text).ok_or(UnknownCode)
    }
}

/// A code equals the text that users see.
impl PartialEq<&str> for Code {
    fn eq(&self, text: &&str) -> bool {
        self.as_str() == *text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_the_order_of_their_numbers_and_parse_from_their_text() {
        assert!(Code::ALL.is_sorted_by_key(|code| code.as_str()));
        assert!(Code::ALL.is_sorted());
        for code in Code::ALL {
            assert_eq!(code.to_string().parse(), Ok(*code));
            let number = code.as_str().strip_prefix("FT").unwrap();
            assert!(number.len() == 3 && number.parse::<u16>().is_ok(), "{code}");
            assert_eq!(code.page(), format!("FT{number}.md"));
        }
        for other in ["FT999", "ft101", "FT101 ", ""] {
            assert_eq!(other.parse::<Code>(), Err(UnknownCode), "{other}");
        }
    }

    #[test]
    fn a_code_that_never_refuses_needs_no_exception() {
        for code in Code::ALL {
            if let SeverityRule::Fixed(Severity::Allow | Severity::Warn) = code.severity_rule() {
                assert!(!code.is_liftable(), "{code}");
            }
        }
    }

    #[test]
    fn the_address_of_a_page_is_below_the_folder_that_the_build_names() {
        let folder = "https://git.example.com/fromtier/docs/rules";
        assert!(is_folder_address(folder));
        assert_eq!(
            Code::CommunityImage.url_below(folder),
            "https://git.example.com/fromtier/docs/rules/FT101.md"
        );
        for wrong in [
            "",
            "https://",
            "https:///rules",
            "http://git.example.com/rules",
            "https://git.example.com/rules/",
            "git.example.com/rules",
        ] {
            assert!(!is_folder_address(wrong), "{wrong}");
        }
    }
}
