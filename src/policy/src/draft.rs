//! Drafts, which rules report: a finding, and the kind of suggestion that would help.

use fromtier_catalog::Notice;
use fromtier_image::ImageRef;

use crate::verdict::Finding;

/// A finding whose suggestion is not filled in yet. Its help is used if there is nothing to suggest.
#[derive(Debug)]
pub(crate) struct Draft {
    pub finding: Finding,
    pub suggestion: SuggestionKind,
}

/// The kind of image that would help.
#[derive(Debug)]
pub(crate) enum SuggestionKind {
    /// No image would help.
    Nothing,
    /// Another tag of the image, or another image.
    Another,
    /// The image that a policy prefers. Only a policy can know what replaces the image.
    Preferred,
    /// An official image in place of this one, or the successor that a notice of the catalog names.
    Replacement(Option<Notice>),
    /// The image that a look-alike was mistaken for.
    Original(Option<ImageRef>),
}

impl Finding {
    /// Returns a draft of this finding with a kind of suggestion.
    pub(crate) fn suggesting(self, suggestion: SuggestionKind) -> Draft {
        Draft {
            finding: self,
            suggestion,
        }
    }
}

impl From<Finding> for Draft {
    fn from(finding: Finding) -> Draft {
        finding.suggesting(SuggestionKind::Nothing)
    }
}
