//! What a rule reports: a finding, and the kind of suggestion that would help.

use fromtier_catalog::Notice;
use fromtier_image::ImageRef;

use crate::verdict::Finding;

/// A finding whose suggestion is not filled in yet. The help that it has is for when there is nothing to suggest.
#[derive(Debug)]
pub(crate) struct Draft {
    pub finding: Finding,
    pub suggestion: SuggestionKind,
}

/// The kind of image that would help.
#[derive(Debug)]
pub(crate) enum SuggestionKind {
    /// No image would.
    Nothing,
    /// Another tag of the image, or another image.
    Another,
    /// What a policy prefers to the image: nobody else can know what replaces it.
    Preferred,
    /// An official image in place of this one, or the successor that a notice of the catalog names.
    Replacement(Option<Notice>),
    /// The image that a look-alike was mistaken for.
    Original(Option<ImageRef>),
}

impl Finding {
    /// The finding of a rule that a suggestion of this kind would help.
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
